import { LamparaError, messageOf } from '../errors/index.ts'
import { deadline } from '../streams/abort.ts'
import { type Clock, systemClock } from '../streams/clock.ts'
import { shownUrl, withoutCredentials } from './api-url.ts'

/** Options of `readJson()`. */
export interface ReadJsonOptions {
  readonly clock?: Clock | undefined
  /** For the whole answer. @default 10_000 */
  readonly timeoutMs?: number
  /** The longest body. @default 262_144 */
  readonly maxBytes?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Gets a JSON document over HTTP; redirects are followed. User and password of the URL go as an Authorization header. Errors show neither
 * them nor the query.
 *
 * @throws LamparaError `dial_failed` when the server cannot be reached or answers with a status other than 2xx; `timeout`;
 * `length_out_of_bounds`; `json_invalid`; the signal's reason
 */
export async function readJson(url: string | URL, options: ReadJsonOptions = {}): Promise<unknown> {
  const { clock = systemClock, timeoutMs = 10_000, maxBytes = 256 * 1024, signal } = options
  const limit = deadline({
    clock,
    signal,
    afterMs: timeoutMs,
    error: () => new LamparaError('timeout', `Cannot get ${shownUrl(url)}: no answer within ${timeoutMs} ms`),
  })
  let text: string
  try {
    text = await fetchText(url, maxBytes, limit.signal)
  } catch (error) {
    // Fetch wraps a signal's reason in some environments; ours is wanted as it is.
    if (limit.signal.aborted) throw limit.signal.reason
    if (error instanceof LamparaError) throw error
    throw new LamparaError('dial_failed', `Cannot get ${shownUrl(url)}: ${reasonOf(error)}`, { cause: error })
  } finally {
    limit.cancel()
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LamparaError('json_invalid', `Cannot read ${shownUrl(url)}: ${messageOf(cause)}`, { cause })
  }
}

async function fetchText(url: string | URL, maxBytes: number, signal: AbortSignal): Promise<string> {
  const { url: bare, authorization } = withoutCredentials(url)
  const response = await fetch(bare, {
    signal,
    headers: { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd())
  }
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  let length = 0
  for (;;) {
    const next = await reader?.read()
    if (!next || next.done) return text + decoder.decode()
    length += next.value.length
    // Counted as it comes: the declared length is the server's to invent, and compression hides the real one.
    if (length > maxBytes) {
      await reader?.cancel()
      throw new LamparaError(
        'length_out_of_bounds',
        `Cannot read ${shownUrl(url)}: it is longer than ${maxBytes} bytes`,
      )
    }
    text += decoder.decode(next.value, { stream: true })
  }
}

/** `fetch` says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`
}
