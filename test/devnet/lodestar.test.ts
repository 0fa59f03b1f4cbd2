import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import { createBeaconChain } from '../../src/devnet/beacon/beacon-chain.ts'
import type { ForkSchedule } from '../../src/devnet/beacon/schedule.ts'
import { platform } from '../../src/platform/node/index.ts'
import { makeSlots } from '../kit/devnet-chain.ts'

// Before anything imports Lodestar: it reads the preset once.
process.env.LODESTAR_PRESET = 'minimal'
const { followWithLodestar, lodestarTypes } = await import('../kit/lodestar-follow.ts')

/** Altair long enough for finality of its own, then an epoch of each, so that finality reaches back over two transitions. */
const forks: ForkSchedule = { altair: 0, bellatrix: 5, capella: 6, deneb: 7, electra: 8, fulu: 9 }
const genesisTime = 1_700_000_000

describe("Lodestar's light client, minimal preset", () => {
  it('takes every object of every fork, transitions, periods and missed slots included', {
    timeout: 120_000,
  }, async () => {
    await platform.useFastHasher()
    const missedSlots = [39, 47, 63, 66, 70, 80, 81]
    const chain = await createBeaconChain({ genesisTime, forks, missedSlots })
    const slots = makeSlots(chain, 100)
    const outcome = await followWithLodestar(chain.chain, slots)
    expect(outcome.refused).toEqual([])
    expect(outcome.optimisticSlot).toBe(99)
    expect(outcome.finalizedSlot).toBe(79)
    for (const fork of ['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu']) {
      for (const kind of ['bootstrap', 'update', 'finality_update', 'optimistic_update']) {
        expect(outcome.accepted.get(`${fork} ${kind}`), `${fork} ${kind}`).toBeGreaterThan(0)
      }
    }
    expect(outcome.accepted.size).toBe(24)
  })

  it('refuses an object of which one bit is changed, so that taking one means something', async () => {
    const chain = await createBeaconChain({ genesisTime, forks })
    const slots = makeSlots(chain, 36)
    const last = slots.at(-1)!
    const update = last.optimisticUpdate!
    const beacon = {
      ...update.value.attestedHeader.beacon,
      proposerIndex: update.value.attestedHeader.beacon.proposerIndex ^ 1,
    }
    const forged = { ...update, value: { ...update.value, attestedHeader: { ...update.value.attestedHeader, beacon } } }
    const outcome = await followWithLodestar(chain.chain, [
      ...slots
        .filter((slot) => slot.bootstraps.length > 0)
        .map(({ slot, bootstraps }) => ({ slot, participants: 0, bootstraps })),
      { slot: last.slot, participants: 0, bootstraps: [], optimisticUpdate: forged },
    ])
    expect(outcome.refused).toEqual(['36 altair optimistic_update: Invalid aggregate signature'])
  })
})

it("makes states that Lodestar's types read back to the same root, in every fork", async () => {
  const chain = await createBeaconChain({ genesisTime, forks })
  const types = await lodestarTypes()
  const seen = new Set<string>()
  while (chain.slot < 90) {
    const { block } = chain.produceSlot()
    if (block === undefined || seen.has(block.fork)) continue
    seen.add(block.fork)
    // One of six types, of which each takes what it made itself.
    const { BeaconState } = types[block.fork] as unknown as Pick<typeof types.fulu, 'BeaconState'>
    const state = BeaconState.deserialize(chain.serializeState())
    expect(toHex(BeaconState.hashTreeRoot(state))).toBe(toHex(block.beacon.stateRoot))
    expect(state.slot).toBe(block.slot)
    expect(toHex(state.fork.currentVersion)).toBe(chain.chain.forks.find(({ name }) => name === block.fork)?.version)
  }
  expect(seen.size).toBe(6)
})

it('keeps history and the last execution block over an upgrade whose own slot is missed', async () => {
  const chain = await createBeaconChain({ genesisTime, forks, missedSlots: [56, 64] })
  const types = await lodestarTypes()
  const blockNumbers: bigint[] = []
  for (const [fork, slot] of [
    ['deneb', 56],
    ['electra', 64],
  ] as const) {
    while (chain.slot < slot) chain.produceSlot()
    const state = types[fork].BeaconState.deserialize(chain.serializeState())
    expect(chain.head.slot).toBe(slot - 1)
    blockNumbers.push(BigInt(state.latestExecutionPayloadHeader.blockNumber))
    // 64 slots to an entry of history.
    expect(state.historicalSummaries.length).toBe(slot / 64 < 1 ? 0 : 1)
    expect(state.fork.epoch).toBe(slot / 8)
  }
  // Execution begins with Bellatrix in slot 40; the capella blocks of 48 to 55, and the deneb ones of 57 to 63, follow it.
  expect(blockNumbers).toEqual([16n, 23n])
})
