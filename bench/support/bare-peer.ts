import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PublishOrder } from './bare-peer-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The other side of what is measured, in a process of its own. */
export interface BarePeer {
  readonly address: string
  subscribe(topic: string): void
  /** Resolves when its payloads are made: from then on it publishes. */
  publish(order: PublishOrder): Promise<void>
  /** A batch has arrived. */
  acknowledge(): void
  stop(): void
}

/** Starts it. */
export async function startBarePeer(): Promise<BarePeer> {
  const child = fork('bench/support/bare-peer-process.ts', {
    cwd: root,
    execArgv: ['--import', './scripts/support/source.mjs'],
  })
  const [{ address }] = (await once(child, 'message')) as [{ address: string }]
  return {
    address,
    subscribe: (topic) => void child.send({ subscribe: topic }),
    async publish(order) {
      const ready = once(child, 'message')
      child.send({ order })
      await ready
    },
    acknowledge: () => void child.send({ acknowledged: true }),
    stop: () => void child.kill(),
  }
}
