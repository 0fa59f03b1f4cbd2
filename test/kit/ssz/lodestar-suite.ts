import { type PresetName, setActivePreset } from '@lodestar/params/setPreset'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Preset, toHex } from '../../../src/chain/index.ts'
import { beaconBlockBodyTypes, beaconStateTypes } from '../../../src/ssz/beacon/beacon-state.ts'
import { type OperationName, operationType } from '../../../src/ssz/beacon/operation-types.ts'
import { lightClientTypes, type SszType } from '../../../src/ssz/index.ts'
import { createRandom, randomValue } from './random-value.ts'

const forks = ['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu'] as const
const names = ['BeaconState', 'BeaconBlockBody'] as const
/** What each gossip topic carries, by Lodestar's names. */
const operations = {
  beacon_block: 'SignedBeaconBlock',
  sync_committee_contribution_and_proof: 'SignedContributionAndProof',
  voluntary_exit: 'SignedVoluntaryExit',
  proposer_slashing: 'ProposerSlashing',
  attester_slashing: 'AttesterSlashing',
  bls_to_execution_change: 'SignedBLSToExecutionChange',
} as const

type Named = Readonly<Record<string, Readonly<Record<string, SszType<unknown>>>>>

/**
 * Holds our types against Lodestar's, which others wrote. Its preset is one for the whole process: one test file for each.
 */
export function compareWithLodestar(preset: Preset): void {
  let theirs: Named

  beforeAll(async () => {
    setActivePreset(preset.name as PresetName)
    theirs = (await import('@lodestar/types')).ssz as unknown as Named
  })

  function expectSame(ours: SszType<unknown>, other: SszType<unknown>, seed: number): void {
    expect(ours.minSize).toBe(other.minSize)
    expect(ours.maxSize).toBe(other.maxSize)
    // Megabytes of random values: the presets' states differ by their sizes alone, so one of the large ones will do.
    if (ours.typeName === 'BeaconState' && ours.minSize > 1_000_000 && seed !== forks.indexOf('fulu')) return
    const value = randomValue(ours, createRandom(seed))
    const bytes = ours.serialize(value)
    const theirValue = other.deserialize(bytes)
    expect(toHex(other.hashTreeRoot(theirValue))).toBe(toHex(ours.hashTreeRoot(value)))
    expect(Buffer.compare(other.serialize(theirValue), bytes)).toBe(0)
    expect(toHex(ours.serialize(ours.deserialize(bytes)))).toBe(toHex(bytes))
  }

  describe(`containers of the ${preset.name} preset`, () => {
    for (const [seed, fork] of forks.entries()) {
      it.each(names)(`have the sizes, bytes and roots that Lodestar gives: ${fork} %s`, (name) => {
        const types = name === 'BeaconState' ? beaconStateTypes(preset) : beaconBlockBodyTypes(preset)
        expectSame(types[fork] as SszType<unknown>, theirs[fork]![name]!, seed)
      })
    }

    for (const fork of forks) {
      it.each(Object.entries(operations) as [OperationName, string][])(
        `have the sizes, bytes and roots that Lodestar gives: ${fork} %s`,
        (name, theirName) => {
          if (name === 'bls_to_execution_change' && (fork === 'altair' || fork === 'bellatrix')) {
            expect(() => operationType(preset, fork, name)).toThrow(expect.objectContaining({ code: 'fork_unknown' }))
            return
          }
          const type = operationType(preset, fork, name) as SszType<unknown>
          for (let seed = 1; seed <= 20; seed++) expectSame(type, theirs[fork]![theirName]!, seed)
        },
      )
    }

    it.each(['phase0', 'gloas'] as const)('of gossip are none in %s', (fork) => {
      for (const name of Object.keys(operations) as OperationName[]) {
        expect(() => operationType(preset, fork, name)).toThrow(expect.objectContaining({ code: 'fork_unknown' }))
      }
    })

    for (const fork of ['altair', 'capella', 'deneb', 'electra'] as const) {
      it(`have the sizes, bytes and roots that Lodestar gives: light client, ${fork}`, () => {
        const ours = lightClientTypes(preset)[fork]
        const other = theirs[fork]!
        expectSame(ours.header as SszType<unknown>, other.LightClientHeader!, 1)
        expectSame(ours.bootstrap as SszType<unknown>, other.LightClientBootstrap!, 2)
        expectSame(ours.update as SszType<unknown>, other.LightClientUpdate!, 3)
        expectSame(ours.finality_update as SszType<unknown>, other.LightClientFinalityUpdate!, 4)
        expectSame(ours.optimistic_update as SszType<unknown>, other.LightClientOptimisticUpdate!, 5)
      })
    }
  })
}
