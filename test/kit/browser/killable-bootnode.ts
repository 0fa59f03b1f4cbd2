import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A bootnode that can be killed without a goodbye, and started again as the same. */
export interface KillableBootnode {
  /** Where the join document is. */
  readonly url: string
  /** Resolves when the process is gone; its sockets go with it. */
  kill(): Promise<void>
  /** The same identity on the same ports. Resolves when it follows. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

/** What it follows, where that is not what the join document says, and whom it reports and opens tunnels to. */
export interface KillableOptions {
  readonly upstream?: readonly string[]
  readonly enrs?: readonly string[]
}

/** @param joinUrl - the devnet's join document */
export async function startKillableBootnode(joinUrl: string, options: KillableOptions = {}): Promise<KillableBootnode> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'lampara-bootnode-'))
  let running = await spawnBootnode({ ...options, join: joinUrl, dataDirectory, wsPort: 0, httpPort: 0 })
  const { url, address } = running
  const kill = async (): Promise<void> => {
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return {
    url,
    kill,
    async startAgain() {
      const wsPort = Number(/\/tcp\/(\d+)\//.exec(address)?.[1])
      const httpPort = Number(new URL(url).port)
      running = await spawnBootnode({ ...options, join: joinUrl, dataDirectory, wsPort, httpPort })
      if (running.address !== address) throw new Error(`The bootnode came back as ${running.address}, not ${address}`)
    },
    async stop() {
      await kill()
      await rm(dataDirectory, { recursive: true, force: true })
    },
  }
}

async function spawnBootnode(options: object): Promise<{ child: ChildProcess; url: string; address: string }> {
  const child = spawn(
    process.execPath,
    ['--import', './scripts/support/source.mjs', 'test/kit/browser/bootnode-process.ts', JSON.stringify(options)],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The bootnode ended with exit code ${code} before it was ready`)
  })
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  // From here on its end is the test's own doing.
  ended.catch(() => {})
  return { child, ...(JSON.parse(line) as { url: string; address: string }) }
}
