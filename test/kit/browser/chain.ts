import { expect, onTestFinished } from 'vitest'
import { type Bootnode, createBootnode } from '../../../src/bootnode/index.ts'
import { createDevnet, type Devnet, type DevnetEvent, type DevnetOptions } from '../../../src/devnet/index.ts'
import type { SeenHead } from '../../browser/scenario/follow.ts'
import { type Door, openDoor } from './door.ts'

interface TestChain {
  readonly devnet: Devnet
  readonly bootnode: Bootnode
  /** What leads to the bootnode's WebSocket, and counts who holds one. */
  readonly door: Door
  /** The bootnode's multiaddr through the door. */
  readonly address: string
}

/** A devnet with a bootnode in front of it, for one test. */
export async function startChain(options: DevnetOptions): Promise<TestChain> {
  const devnet = await createDevnet(options)
  onTestFinished(devnet.stop)
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    clock: devnet.clock,
    clockOffsetMs: devnet.clockOffsetMs,
  })
  onTestFinished(bootnode.stop)
  await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
  const [own] = bootnode.addresses
  const port = /\/tcp\/(\d+)\/ws\//.exec(own ?? '')?.[1]
  if (own === undefined || port === undefined) throw new Error(`The bootnode does not listen for WebSockets: ${own}`)
  const door = await openDoor(Number(port))
  return { devnet, bootnode, door, address: own.replace(`/tcp/${port}/`, `/tcp/${door.port}/`) }
}

/** Both kinds of heads move, upwards; those that the devnet reported meanwhile are its own. */
export function expectMoving(heads: readonly SeenHead[], roots: ReadonlyMap<number, string>): void {
  for (const kind of ['optimistic', 'finalized']) {
    const slots = heads.filter((head) => head.kind === kind).map(({ slot }) => slot)
    expect(slots.length, kind).toBeGreaterThan(1)
    expect(slots, kind).toEqual(slots.toSorted((a, b) => a - b))
  }
  const known = heads.filter(({ slot }) => roots.has(slot))
  expect(known.length).toBeGreaterThan(0)
  for (const { slot, root } of known) expect(root).toBe(roots.get(slot))
}

/** The devnet's own word on its blocks, from now on. */
export function recordRoots(events: AsyncIterable<DevnetEvent>): ReadonlyMap<number, string> {
  const roots = new Map<number, string>()
  void (async () => {
    for await (const event of events) {
      if (event.type === 'slot' && event.block !== undefined) roots.set(event.block.slot, event.block.root)
    }
  })()
  return roots
}
