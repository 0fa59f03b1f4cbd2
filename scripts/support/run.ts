import { spawn } from 'node:child_process'

/** How a command ended, and what it said on both streams in order. */
export interface Ran {
  readonly status: number
  readonly output: string
}

/**
 * Runs a command to its end. Never throws for a failing one; one that takes longer than its time counts as failing.
 *
 * @param options.show - pass what it prints straight on, instead of collecting it. @default false
 * @param options.timeoutMs - @default 300_000
 */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly env?: Readonly<Record<string, string>>
    readonly show?: boolean
    readonly timeoutMs?: number
  } = {},
): Promise<Ran> {
  const timeoutMs = options.timeoutMs ?? 300_000
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...(!options.show && { NO_COLOR: '1', FORCE_COLOR: '0' }), ...options.env },
      stdio: options.show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      timeout: timeoutMs,
    })
    let output = ''
    const collect = (text: string) => {
      output += text
    }
    child.stdout?.setEncoding('utf8').on('data', collect)
    child.stderr?.setEncoding('utf8').on('data', collect)
    child.on('error', (error) => resolve({ status: 1, output: `${output}Cannot run ${command}: ${error.message}\n` }))
    child.on('close', (status, signal) => {
      const ended = signal === null ? '' : `\n${command} was ended by ${signal} (${timeoutMs / 1000} s is its limit)\n`
      resolve({ status: status ?? 1, output: output + ended })
    })
  })
}

/** Runs a command to its end and gives its output. @throws when it fails, with what it said */
export async function runOrThrow(...[command, args, options]: Parameters<typeof run>): Promise<string> {
  const { status, output } = await run(command, args, options)
  if (status !== 0) throw new Error(`Cannot ${command} ${args.join(' ')}: exit status ${status}\n${output}`)
  return output
}
