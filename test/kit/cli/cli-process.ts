import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

type JsonLine = Readonly<Record<string, unknown>>

/** `lampara` in a process of its own. */
export interface CliProcess {
  readonly pid: number
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** The lines of JSON on standard output so far. */
  lines(): readonly JsonLine[]
  stderr(): string
  /** Resolves with the first line of JSON, of those so far or to come, for which the condition holds. */
  line(condition: (line: JsonLine) => boolean): Promise<JsonLine>
  signal(name: NodeJS.Signals): void
  /** Ends it without a goodbye; resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts `lampara` from source. */
export function startCli(argv: readonly string[], env: Readonly<Record<string, string>> = {}): CliProcess {
  const child = spawn(process.execPath, ['--import', './scripts/support/source.mjs', 'src/cli/main.ts', ...argv], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const lines: JsonLine[] = []
  const waiting = new Set<() => void>()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  createInterface(child.stdout).on('line', (text) => {
    if (text.startsWith('{')) lines.push(JSON.parse(text) as JsonLine)
    for (const look of waiting) look()
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    for (const look of waiting) look()
    return { code, signal }
  })
  return {
    pid: child.pid!,
    ended,
    lines: () => [...lines],
    stderr: () => stderr,
    line(condition) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find(condition)
          if (found === undefined && child.exitCode === null && child.signalCode === null) return
          waiting.delete(look)
          if (found === undefined) reject(new Error(`lampara ended before it printed that line\n${stderr}`))
          else resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
    signal: (name) => void child.kill(name),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await ended
    },
  }
}
