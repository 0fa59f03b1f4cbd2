import { LamparaError } from '../errors/index.ts'
import { processIo } from './io.ts'
import { runProgram } from './program.ts'

/** Runs the program on the process's own arguments, terminal and signals; a second signal ends it at once. */
export async function runProcess(): Promise<void> {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(130)
      abort.abort(new LamparaError('aborted', `Stopped by ${signal}`, { details: { signal } }))
    })
  }
  process.exitCode = await runProgram(process.argv.slice(2), processIo(abort.signal))
}
