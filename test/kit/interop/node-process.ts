import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type LogBook, readLog } from './log-book.ts'

/** How a beacon node's process is started and ended. */
export interface NodeProcessOptions {
  /** What Node runs, with its arguments. */
  readonly command: readonly string[]
  /** Where it runs and keeps its data; removed when it has ended. */
  readonly directory: string
  readonly restUrl: string
  /** It never runs longer, whatever becomes of the tests. */
  readonly maxRunMs: number
  /** It is killed when it has not ended by itself so long after it was asked to. */
  readonly stopTimeoutMs: number
}

/** A beacon node's process. */
export interface NodeProcess {
  readonly log: LogBook
  /** The `data` of an answer of its Beacon API. @throws Error for a status other than 2xx */
  get(path: string): Promise<unknown>
  /** Asks it to end, as Ctrl+C does, and ends it in any case. Idempotent. */
  stop(): Promise<void>
}

/** Starts a beacon node's process. */
export function startNodeProcess(options: NodeProcessOptions): NodeProcess {
  const { directory, restUrl } = options
  const child = spawn(process.execPath, options.command, {
    // Some of what it writes, it writes to where it is.
    cwd: directory,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.maxRunMs,
    killSignal: 'SIGKILL',
  })
  const log = readLog(child)
  const ended = once(child, 'close')
  let stopped: Promise<void> | undefined
  return {
    log,
    async get(path) {
      const response = await fetch(`${restUrl}${path}`, { signal: AbortSignal.timeout(45_000) })
      if (!response.ok) throw new Error(`Lodestar answered ${response.status} to ${path}: ${await response.text()}`)
      return ((await response.json()) as { data: unknown }).data
    },
    stop() {
      stopped ??= (async () => {
        child.kill('SIGINT')
        const timer = setTimeout(() => child.kill('SIGKILL'), options.stopTimeoutMs)
        await ended
        clearTimeout(timer)
        await rm(directory, { recursive: true, force: true })
      })()
      return stopped
    },
  }
}
