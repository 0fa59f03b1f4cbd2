import { expect, it } from 'vitest'
import { createBeaconChain, type ProducedSlot } from '../../src/devnet/beacon/beacon-chain.ts'
import { platform } from '../../src/platform/node/index.ts'
import { makeSlots } from '../kit/devnet-chain.ts'

// Before anything imports Lodestar: it reads the preset once.
process.env.LODESTAR_PRESET = 'mainnet'
const { followWithLodestar } = await import('../kit/lodestar-follow.ts')

it("makes objects of the mainnet preset that Lodestar's light client takes", { timeout: 180_000 }, async () => {
  await platform.useFastHasher()
  const chain = await createBeaconChain({
    genesisTime: 1_700_000_000,
    preset: 'mainnet',
    forks: { altair: 0, capella: 1, deneb: 2, electra: 3, fulu: 4 },
  })
  const slots = makeSlots(chain, 131)
  // A signature of 512 keys takes Lodestar's WebAssembly long: a block of each fork, the last transition, and what finality brings.
  const picked = slots.filter(({ slot, bootstraps }) => slot % 32 === 1 || slot > 130 || bootstraps.length > 0)
  const outcome = await followWithLodestar(chain.chain, picked)
  expect(outcome.refused).toEqual([])
  expect(outcome.optimisticSlot).toBe(130)
  expect(outcome.finalizedSlot).toBe(64)
  expect(count(picked, 'update')).toBe(7)
  expect(count(picked, 'finalityUpdate')).toBe(2)
})

function count(slots: readonly ProducedSlot[], key: 'update' | 'finalityUpdate'): number {
  return slots.filter((slot) => slot[key] !== undefined).length
}
