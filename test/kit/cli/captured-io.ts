import type { CliIo } from '../../../src/cli/io.ts'

/** A terminal that keeps what it is told. */
export interface CapturedIo extends CliIo {
  readonly out: string[]
  readonly err: string[]
  readonly abort: AbortController
}

/** Creates one; a pipe unless told to be a terminal. */
export function capturedIo(options: { readonly isTty?: boolean } = {}): CapturedIo {
  const out: string[] = []
  const err: string[] = []
  const abort = new AbortController()
  return {
    out,
    err,
    abort,
    stdout: (line) => void out.push(line),
    stderr: (line) => void err.push(line),
    progress: () => {},
    isTty: options.isTty ?? false,
    signal: abort.signal,
  }
}
