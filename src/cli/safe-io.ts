import { escapeText } from '../errors/index.ts'
import type { CliIo } from './io.ts'

/** What commands themselves write: ends of lines, colours, and what redraws a table in place. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const OURS = /(\n|\u001b\[(?:\d+m|\d+A|J))/

/**
 * A terminal that nothing steers but what commands write themselves. Text of others is escaped where it is put into a line; what was
 * forgotten there is escaped here, but for ends of lines and colours.
 */
export function safeIo(io: CliIo): CliIo {
  return {
    ...io,
    stdout: (line) => io.stdout(escapeOthers(line)),
    stderr: (line) => io.stderr(escapeOthers(line)),
    progress: (text) => io.progress(escapeText(text)),
  }
}

function escapeOthers(line: string): string {
  // Every second part is what the separator matched.
  return line
    .split(OURS)
    .map((part, index) => (index % 2 === 1 ? part : escapeText(part)))
    .join('')
}
