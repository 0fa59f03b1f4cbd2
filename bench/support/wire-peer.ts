import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WireName } from './bare-wire.ts'
import type { Use } from './wire-peer-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A process with a libp2p node of no make of ours, on each of Node's transports, that takes and sends bytes. */
export interface WirePeer {
  /** Addresses, each with `/p2p/…`. */
  readonly addresses: Readonly<Record<WireName, string>>
  /** TCP port of 127.0.0.1 that sends back what comes. */
  readonly echoPort: number
  stop(): void
}

/** A process with a bootnode's gateway, and a libp2p node before it that listens on WebSocket. */
export interface WireGateway {
  readonly address: string
  /** What it holds and has used since the last time, garbage collected. */
  use(): Promise<Use>
  stop(): void
}

/** Starts a peer. */
export async function startWirePeer(): Promise<WirePeer> {
  const { child, said } = await start('peer')
  return { ...(said as Pick<WirePeer, 'addresses' | 'echoPort'>), stop: () => void child.kill() }
}

/** Starts a gateway that leads anywhere, without limits. */
export async function startWireGateway(): Promise<WireGateway> {
  const { child, said } = await start('gateway')
  return {
    ...(said as Pick<WireGateway, 'address'>),
    async use() {
      const answer = once(child, 'message')
      child.send('use')
      return ((await answer) as [Use])[0]
    },
    stop: () => void child.kill(),
  }
}

async function start(role: 'peer' | 'gateway'): Promise<{ readonly child: ChildProcess; readonly said: unknown }> {
  const child = fork('bench/support/wire-peer-process.ts', [role], {
    cwd: root,
    execArgv: ['--import', './scripts/support/source.mjs'],
  })
  const [said] = (await once(child, 'message')) as [unknown]
  return { child, said }
}
