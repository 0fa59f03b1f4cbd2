import { describe, expect, it } from 'vitest'
import { slotAtMs, slotStartMs } from '../../src/chain/index.ts'
import { type PersonaName, personaNames } from '../../src/devnet/persona/personas.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { honestBehaviour } from '../adversary/behaviours.ts'
import { startClient } from '../adversary/client.ts'
import { createWorldClock } from '../adversary/fake-clock.ts'
import { createFakeNetwork } from '../adversary/fake-network.ts'
import { honestChain } from '../adversary/honest-chain.ts'
import { createPersonaPeer } from '../adversary/persona-peer.ts'
import { createStandInBls, standInSigner } from '../adversary/stand-in-bls.ts'
import { createWitness } from '../adversary/witness.ts'

const START_SLOT = 330
/** Where checkpoints lie: five periods of 64 slots behind the start, or one epoch. */
const CHECKPOINT_SLOT = { old: 40, recent: 320 } as const

/** A light client beside peers with personas, in memory and on a clock of the test. */
async function world(
  names: readonly PersonaName[],
  {
    gossip = true,
    checkpoint = 'old',
    startSlot = START_SLOT,
  }: { gossip?: boolean; checkpoint?: keyof typeof CHECKPOINT_SLOT; startSlot?: number } = {},
) {
  const honest = await honestChain('steady', standInSigner)
  const { chain } = honest
  const clock = createWorldClock(slotStartMs(chain, startSlot))
  const currentSlot = (): number => slotAtMs(chain, clock.now())
  const witness = createWitness(honest, currentSlot)
  const fake = createFakeNetwork(chain, clock, witness)
  const peers = names.map((name) => createPersonaPeer(name, honest, clock, currentSlot))
  const shown: number[] = []
  const client = await startClient({
    network: fake.network,
    bls: createStandInBls(),
    checkpoint: honest.checkpoint(CHECKPOINT_SLOT[checkpoint]),
    storage: memoryStorage(),
    witness: {
      ...witness,
      onHead(kind, head) {
        if (kind === 'optimistic' && head !== undefined) shown.push(head.slot)
      },
    },
    random: () => 0,
  })
  const connect = (index: number): boolean => fake.connect(peers[index]!.peer)
  const disconnect = (index: number): void => fake.disconnect(peers[index]!.peer)

  /** Lets slots pass, with what nodes gossip in them. */
  async function runSlots(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const slot = currentSlot()
      for (const { afterMs, id, update } of gossip ? honestBehaviour(honest).gossip(slot) : []) {
        for (const { peer } of peers) clock.setTimer(() => fake.gossip(peer, id, update), afterMs)
      }
      await clock.advance(slotStartMs(chain, slot + 1) - clock.now())
    }
  }

  return {
    client,
    runSlots,
    connect,
    disconnect,
    sleepUntil: (slot: number) => clock.advance(slotStartMs(chain, slot) - clock.now()),
    shown,
    scores: () => peers.map(({ peer }) => fake.scoreOf(peer)),
    logs: peers.map(({ log }) => log),
    head: () => shown.at(-1) ?? -1,
    currentSlot,
    async stop() {
      const stopped = client.stop()
      await clock.advance(1)
      await stopped
    },
  }
}

const ranges = (asked: readonly string[]): string[] => asked.filter((what) => what.includes('by_range'))

describe.each(personaNames.filter((name) => name !== 'recent-only'))('a client whose only peer is %s', (name) => {
  it('catches up over five periods, then shows each head, and holds nothing against it', async () => {
    const { runSlots, connect, shown, head, currentSlot, scores, logs, stop } = await world([name])
    connect(0)
    await runSlots(20)
    expect(head()).toBeGreaterThanOrEqual(currentSlot() - 2)
    const [from, before] = [currentSlot(), shown.length]
    await runSlots(20)
    expect(shown.slice(before)).toEqual(Array.from({ length: 20 }, (_, at) => from - 1 + at))
    expect(scores()[0]).toBeGreaterThanOrEqual(0)
    expect(logs[0]!.bans).toEqual([])
    await stop()
  })
})

describe('a client whose only peer is lighthouse', () => {
  it('asks for one update at a time after the first refusal, at the pace that is allowed', async () => {
    const { runSlots, connect, logs, stop } = await world(['lighthouse'])
    connect(0)
    await runSlots(20)
    const [first, ...others] = ranges(logs[0]!.asked)
    expect(first).toBe('light_client_updates_by_range 6')
    expect(new Set(others)).toEqual(new Set(['light_client_updates_by_range 1']))
    await stop()
  })
})

describe('a client beside recent-only', () => {
  it('gets from another peer what this one does not have', async () => {
    const { runSlots, connect, head, currentSlot, scores, logs, stop } = await world(['recent-only', 'lampara'])
    connect(0)
    connect(1)
    await runSlots(4)
    expect(head()).toBeGreaterThanOrEqual(currentSlot() - 2)
    expect(ranges(logs[1]!.asked)).not.toEqual([])
    for (const score of scores()) expect(score).toBeGreaterThanOrEqual(0)
    await stop()
  })

  it('follows it alone from a recent checkpoint', async () => {
    const { runSlots, connect, head, currentSlot, scores, stop } = await world(['recent-only'], {
      checkpoint: 'recent',
    })
    connect(0)
    await runSlots(4)
    expect(head()).toBeGreaterThanOrEqual(currentSlot() - 2)
    expect(scores()[0]).toBeGreaterThanOrEqual(0)
    await stop()
  })

  it('says in its status that nobody has the updates that it needs, when it is alone', async () => {
    const { runSlots, connect, disconnect, sleepUntil, head, client, scores, stop } = await world(
      ['lampara', 'recent-only'],
      { startSlot: 60 },
    )
    connect(0)
    await runSlots(3)
    expect(head()).toBe(61)
    disconnect(0)
    await sleepUntil(START_SLOT)
    connect(1)
    await runSlots(12)
    expect(client.status.state).toBe('stalled')
    expect(client.status.message).toContain('no connected peer gives the update of period 1')
    expect(scores()[1]).toBeGreaterThanOrEqual(0)
    await stop()
  })

  it('says in its status that nobody has an old checkpoint, when it is alone', async () => {
    const { runSlots, connect, client, scores, stop } = await world(['recent-only'])
    connect(0)
    await runSlots(8)
    expect(client.status.message).toContain('no connected peer has it')
    expect(scores()[0]).toBeGreaterThanOrEqual(0)
    await stop()
  })
})

describe('a client that lodestar no longer sends gossip', () => {
  it('shows heads by request within its quota, and is not banned', async () => {
    const { runSlots, connect, head, currentSlot, logs, stop } = await world(['lodestar'], {
      gossip: false,
      checkpoint: 'recent',
    })
    connect(0)
    await runSlots(40)
    expect(head()).toBeGreaterThanOrEqual(currentSlot() - 4)
    expect(logs[0]).toMatchObject({ refused: [], bans: [] })
    await stop()
  })
})
