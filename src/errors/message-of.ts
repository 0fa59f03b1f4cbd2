import { escapeText } from './escape-text.ts'

/** What an event says of an end, where nothing in it tells why. */
const eventWords: Readonly<Record<string, string>> = {
  abort: 'it was aborted',
  close: 'it closed before its time',
  error: 'it broke, and did not say why',
}

/** What a browser says by an error's name alone. */
const nameWords: Readonly<Record<string, string>> = {
  AbortError: 'it was aborted',
  Error: 'unknown error',
  QuotaExceededError: 'the storage that the browser allows this site is full',
}

function wordsOfName(name: string): string {
  return nameWords[name] ?? name
}

/** Lines of a stack trace, which some libraries put into their messages. */
const STACK_FRAMES = /\n\s+at [^\n]*/g

/** Message of any thrown value, in one line: characters that could steer a terminal are escaped. */
export function messageOf(thrown: unknown): string {
  return escapeText(rawMessageOf(thrown))
}

function rawMessageOf(thrown: unknown): string {
  if (thrown instanceof Error)
    return withoutCode(thrown).replace(STACK_FRAMES, '').trimEnd() || wordsOfName(thrown.name)
  try {
    const text = String(thrown)
    return text.startsWith('[object ') ? wordsIn(thrown as Wordless) : text
  } catch {
    // An object that has no text of its own, and throws when asked for one.
    return 'unknown error'
  }
}

/** A LamparaError's message ends with its code; within another sentence it would only be in the way. */
function withoutCode({ name, message, code }: Error & { readonly code?: unknown }): string {
  const suffix = ` [${code}]`
  return name === 'LamparaError' && message.endsWith(suffix) ? message.slice(0, -suffix.length) : message
}

/** An object whose text says nothing: most often an event, which platforms and libp2p reject with, too. */
interface Wordless {
  readonly error?: unknown
  readonly message?: unknown
  readonly type?: unknown
}

function wordsIn({ error, message, type }: Wordless): string {
  if (error instanceof Error && error.message !== '') return error.message
  if (typeof message === 'string' && message !== '') return message
  if (typeof type !== 'string') return 'unknown error'
  return eventWords[type] ?? `it ended with the event "${type}"`
}
