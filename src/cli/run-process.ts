import { LamparaError } from '../errors/index.ts'
import { systemClock } from '../streams/clock.ts'
import { processIo } from './io.ts'
import { runProgram } from './program.ts'

/** What still runs when the program is over is cut off after this. */
const EXIT_MS = 5_000

/**
 * Runs the program on the process's own arguments, terminal and signals. A second signal ends it at once. SIGHUP reloads where the
 * command can; in a terminal it means that the terminal is gone, and ends it in order.
 */
export async function runProcess(): Promise<void> {
  const abort = new AbortController()
  const reloaders = new Set<() => void>()
  function end(signal: NodeJS.Signals): void {
    if (abort.signal.aborted) process.exit(130)
    abort.abort(new LamparaError('aborted', `Stopped by ${signal}`, { details: { signal } }))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(signal))
  process.on('SIGHUP', () => {
    if (reloaders.size === 0 || process.stdout.isTTY) end('SIGHUP')
    else for (const reload of reloaders) reload()
  })
  const io = processIo(abort.signal, (callback) => {
    reloaders.add(callback)
    return () => void reloaders.delete(callback)
  })
  process.exitCode = await runProgram(process.argv.slice(2), io)
  systemClock.setTimer(() => process.exit(), EXIT_MS)
}
