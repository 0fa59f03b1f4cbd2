import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { NodesOrder, StartedNodes } from './discv5-nodes-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Nodes to be found, in a process of their own. */
export interface Discv5Nodes extends StartedNodes {
  stop(): void
}

/** Starts them. */
export async function startDiscv5Nodes(count: number): Promise<Discv5Nodes> {
  const child = fork('bench/support/discv5-nodes-process.ts', {
    cwd: root,
    execArgv: ['--import', './scripts/support/source.mjs'],
  })
  const started = once(child, 'message') as Promise<[StartedNodes]>
  child.send({ count } satisfies NodesOrder)
  const [{ records }] = await started
  return { records, stop: () => void child.kill() }
}
