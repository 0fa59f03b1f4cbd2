import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { findDaemon } from '../../../scripts/executables.mjs'

/** Where a program of Debian's is; undefined where it is not installed, which fails with `CI` set. */
export function program(name: 'haproxy' | 'nginx' | 'prometheus' | 'promtool'): string | undefined {
  const path = findDaemon(name)
  if (path === undefined && process.env.CI) {
    throw new Error(`${name} is not installed: \`npm test\` installs it on Debian as root`)
  }
  return path
}

/** Runs a program to its end. */
export function runProgram(path: string, args: readonly string[], options: { input?: string; cwd?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(path, args, { ...options, encoding: 'utf8', timeout: 60_000 })
  return { status, output: `${stdout}${stderr}` }
}

/** A program that runs until it is stopped. */
export interface Running {
  readonly child: ChildProcess
  output(): string
  stop(): Promise<void>
}

/** Starts a program, and resolves when its port takes connections. */
export async function startProgram(path: string, args: readonly string[], port: number): Promise<Running> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const running: Running = {
    child,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}:\n${output}`)
    await wait(20)
  }
  return running
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
