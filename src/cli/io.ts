import type { Writable } from 'node:stream'

/** What a command may touch of the terminal, so that tests can hold the other end. */
export interface CliIo {
  /** Writes a line of the result. */
  stdout(line: string): void
  /** Writes a line for people: complaints, progress. */
  stderr(line: string): void
  /** Redraws the terminal's last line on stderr, without ending it; empty to clear it. Nothing where stderr is no terminal. */
  progress(text: string): void
  /** Results go to a terminal that takes colours. */
  readonly isTty: boolean
  /** Calls back on SIGHUP, instead of ending the command. @returns how to stop */
  onReload?(callback: () => void): () => void
  /** Aborts on Ctrl-C and termination, and where nobody reloads on SIGHUP; its reason's `details.signal` says which. */
  readonly signal: AbortSignal
}

/** The process's own terminal. `NO_COLOR` counts as a terminal without colours. */
export function processIo(signal: AbortSignal, onReload?: CliIo['onReload']): CliIo {
  // A reader that has seen enough, as `head`, closes the pipe: no reason to fail.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
  return {
    stdout: (line) => writeLine(process.stdout, line),
    stderr: (line) => writeLine(process.stderr, line),
    progress(text) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
    },
    isTty: process.stdout.isTTY === true && !process.env.NO_COLOR,
    signal,
    ...(onReload && { onReload }),
  }
}

function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`)
}
