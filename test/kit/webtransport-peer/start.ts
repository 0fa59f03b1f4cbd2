import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Hex } from '../../../src/chain/index.ts'

/** A libp2p peer that listens for WebTransport, in a process of its own. */
export interface WebTransportPeer {
  /** Where it listens, with `/p2p/…`. */
  readonly address: string
  /** How many connections it has now. */
  connections(): Promise<number>
  /** Resolves when the process is gone, and nothing was said before. */
  kill(): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Where the `deno` of npm has its program; undefined where it has none for this machine. */
export function findDeno(): string | undefined {
  const require = createRequire(import.meta.url)
  const libc = process.platform === 'linux' ? '-glibc' : ''
  try {
    const requireBeside = createRequire(require.resolve('deno/package.json'))
    const folder = dirname(requireBeside.resolve(`@deno/${process.platform}-${process.arch}${libc}/package.json`))
    const program = join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

/** Starts one that serves the scenarios. Nothing is downloaded. */
export async function startWebTransportPeer(deno: string): Promise<WebTransportPeer> {
  return startInDeno(deno, ['host.ts'])
}

/**
 * Starts one that follows a chain over TCP, and serves and forwards what it verified.
 *
 * @param join - the chain's join document
 * @param checkpoint - what it begins with: the one bootstrap that it serves
 * @returns resolves once it follows
 */
export async function startWebTransportClient(deno: string, join: string, checkpoint: Hex): Promise<WebTransportPeer> {
  return startInDeno(deno, ['client-host.ts', join, checkpoint])
}

async function startInDeno(deno: string, [host, ...args]: readonly [string, ...string[]]): Promise<WebTransportPeer> {
  const cache = await mkdtemp(join(tmpdir(), 'lampara-deno-'))
  const offline = ['--no-remote', '--cached-only', '--no-lock', '--no-prompt', '--node-modules-dir=manual']
  const options = [...offline, '--unstable-net', '--allow-all', `--import-map=${beside('imports.json')}`]
  const child = spawn(deno, ['run', ...options, beside(host), ...args], {
    cwd: root,
    env: { ...process.env, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { address } = await nextMessage<{ address: string }>(lines)
  return {
    address,
    async connections() {
      child.stdin.write('\n')
      return (await nextMessage<{ connections: number }>(lines)).connections
    },
    async kill() {
      if (runs(child)) child.kill('SIGKILL')
      await gone
      await rm(cache, { recursive: true, force: true })
    },
  }
}

function runs({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

async function nextMessage<T>(lines: AsyncIterator<string>): Promise<T> {
  const { value, done } = await lines.next()
  if (done === true) throw new Error('The WebTransport peer ended')
  return JSON.parse(value)
}
