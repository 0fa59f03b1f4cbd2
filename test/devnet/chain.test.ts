import { beforeAll, describe, expect, it } from 'vitest'
import { forkDigestAtSlot, forkDigests, periodOfSlot, toHex } from '../../src/chain/index.ts'
import { type BeaconChain, createBeaconChain, type ProducedSlot } from '../../src/devnet/beacon/beacon-chain.ts'
import { createArchive } from '../../src/devnet/beacon/blocks/archive.ts'
import type { BeaconChainOptions } from '../../src/devnet/beacon/options.ts'
import { initializeLightClientStore, processLightClientUpdate } from '../../src/light-client/verification/index.ts'
import {
  contextDigestOf,
  decodeLightClientObject,
  encodeLightClientObject,
  hashLightClientObject,
  headerRoot,
} from '../../src/ssz/index.ts'
import { allForks, followAll, makeSlots, objectsOf, verificationContext } from '../kit/devnet-chain.ts'

const base: BeaconChainOptions = { genesisTime: 1_700_000_000, forks: allForks }

/** A chain with its first slots. */
async function make(
  options: Partial<BeaconChainOptions>,
  until: number,
): Promise<{ chain: BeaconChain; slots: ProducedSlot[] }> {
  const chain = await createBeaconChain({ ...base, ...options })
  return { chain, slots: makeSlots(chain, until) }
}

describe('a devnet through every fork', () => {
  let slots: ProducedSlot[]
  let chain: BeaconChain

  beforeAll(async () => {
    // On into the fourth period, with a change of blob parameters on the way.
    ;({ chain, slots } = await make({ blobSchedule: [{ epoch: 14, maxBlobsPerBlock: 12 }] }, 201))
  })

  it('makes only objects that our verification applies, across forks and periods', async () => {
    const outcome = await followAll(chain, slots)
    expect(outcome.refused).toEqual([])
    expect(outcome.applied).toBe(outcome.offered)
    // One update and one optimistic update a slot from slot 2 on, and a finality update once epoch 2 is final.
    expect(outcome.offered).toBe(200 * 2 + (201 - 32))
    expect(outcome.store.optimisticHeader.beacon.slot).toBe(200)
    expect(outcome.store.finalizedHeader.beacon.slot).toBe(184)
    expect(outcome.forks).toEqual(new Set(['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu']))
  })

  it('puts each object into the container of its attested slot, which decodes from the wire to the same', () => {
    const digests = new Set<string>()
    for (const object of slots.flatMap(objectsOf)) {
      const bytes = encodeLightClientObject(chain.chain, object)
      const decoded = decodeLightClientObject(chain.chain, object.kind, object.fork, bytes)
      expect(hashLightClientObject(chain.chain, decoded)).toEqual(hashLightClientObject(chain.chain, object))
      const { slot } = 'header' in object.value ? object.value.header.beacon : object.value.attestedHeader.beacon
      const digest = contextDigestOf(chain.chain, object)
      expect(digest).toBe(forkDigestAtSlot(chain.chain, slot))
      digests.add(digest)
    }
    // Six forks, and one change of blob parameters. Phase 0 is over before it begins.
    expect(digests.size).toBe(7)
    expect(forkDigests(chain.chain).length).toBeGreaterThanOrEqual(7)
  })

  it('upgrades a finalized header of an older fork to the container of the attested one', () => {
    const crossing = slots.flatMap((slot) => (slot.finalityUpdate === undefined ? [] : [slot.finalityUpdate]))
    const altairInCapella = crossing.find(
      ({ fork, value }) => fork === 'capella' && value.finalizedHeader.beacon.slot < 32,
    )
    // Before Capella a header proves no execution block, and an upgrade makes none up.
    expect(altairInCapella?.value.finalizedHeader.execution?.blockNumber).toBe(0n)
    expect(altairInCapella?.value.attestedHeader.execution?.blockNumber).toBeGreaterThan(0n)
    const capellaInDeneb = crossing.find(
      ({ fork, value }) => fork === 'deneb' && value.finalizedHeader.beacon.slot >= 32,
    )
    expect(capellaInDeneb?.value.finalizedHeader.execution).toMatchObject({ blobGasUsed: 0n, excessBlobGas: 0n })
    expect(capellaInDeneb?.value.finalizedHeader.execution?.blockNumber).toBeGreaterThan(0n)
  })

  it('offers the best update of each period, and a light client syncs by them alone', async () => {
    const { archive } = chain
    const context = await verificationContext(chain)
    const genesis = archive.bootstrapRoots()[0]!
    let store = await initializeLightClientStore(context, genesis, archive.bootstrap(genesis)!)
    expect(archive.periods()).toEqual([0, 1, 2, 3])
    for (const period of archive.periods()) {
      const update = archive.update(period)!
      expect(periodOfSlot(chain.chain, update.value.attestedHeader.beacon.slot)).toBe(period)
      expect(periodOfSlot(chain.chain, update.value.signatureSlot)).toBe(period)
      store = await processLightClientUpdate(context, store, update, chain.slot)
    }
    store = await processLightClientUpdate(context, store, archive.finalityUpdate()!, chain.slot)
    store = await processLightClientUpdate(context, store, archive.optimisticUpdate()!, chain.slot)
    expect(store.optimisticHeader.beacon.slot).toBe(200)
    expect(toHex(headerRoot(store.finalizedHeader.beacon))).toBe(chain.finalized?.root)
  })

  it('serves a bootstrap for every checkpoint that became final', () => {
    const { archive } = chain
    const slotsOf = archive.bootstrapRoots().map((root) => archive.bootstrap(root)!.value.header.beacon.slot)
    expect(slotsOf).toEqual(Array.from({ length: 24 }, (_, epoch) => epoch * 8))
    for (const root of archive.bootstrapRoots()) {
      expect(toHex(headerRoot(archive.bootstrap(root)!.value.header.beacon))).toBe(root)
    }
  })

  it('rotates the sync committee each period, with seats that one validator holds twice', () => {
    const committees = new Map<number, string>()
    for (const { update } of slots) {
      if (update === undefined) continue
      const period = periodOfSlot(chain.chain, update.value.attestedHeader.beacon.slot)
      if (periodOfSlot(chain.chain, update.value.signatureSlot) !== period) continue
      committees.set(period + 1, toHex(update.value.nextSyncCommittee.aggregatePubkey))
    }
    expect([...committees.keys()]).toEqual([1, 2, 3, 4])
    expect(new Set(committees.values()).size).toBe(4)
    const { pubkeys } = chain.archive.update(0)!.value.nextSyncCommittee
    expect(new Set(pubkeys.map(toHex)).size).toBeLessThan(pubkeys.length)
  })

  it('leaves the next committee out where the one before signed', () => {
    const first = slots.find((slot) => slot.slot === 64)!.update!
    expect(first.value.attestedHeader.beacon.slot).toBe(63)
    expect(first.value.nextSyncCommittee.aggregatePubkey).toEqual(new Uint8Array(48))
    expect(first.value.nextSyncCommitteeBranch.every((node) => node.every((byte) => byte === 0))).toBe(true)
  })

  it('keeps nothing for a period that the committee of another one signed', () => {
    const crossing = slots.find((slot) => slot.slot === 64)!.update!
    const archive = createArchive(chain.chain, { maxPeriods: 8, maxBootstraps: 8 })
    archive.addUpdate(crossing)
    expect(archive.periods()).toEqual([])
  })

  it('lets a validator sign for all of its seats or none', () => {
    for (const { update } of slots.slice(64, 128)) {
      const { pubkeys } = chain.archive.update(0)!.value.nextSyncCommittee
      const bits = update!.value.syncAggregate.syncCommitteeBits.toBoolArray()
      const signed = new Map<string, boolean>()
      for (const [seat, key] of pubkeys.map(toHex).entries()) {
        expect(signed.get(key) ?? bits[seat]).toBe(bits[seat])
        signed.set(key, bits[seat]!)
      }
    }
  })

  it('varies who is absent, and about as many as asked for', () => {
    const counts = slots.map((slot) => slot.participants)
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length / 32
    expect(mean).toBeGreaterThan(0.92)
    expect(mean).toBeLessThan(0.98)
    expect(new Set(counts).size).toBeGreaterThan(3)
  })

  it('is the same chain again with the same options, and another with another seed', async () => {
    const again = await make({ blobSchedule: [{ epoch: 14, maxBlobsPerBlock: 12 }] }, 40)
    expect(again.chain.head.root).toBe(slots[39]!.block!.root)
    const other = await make({ seed: 'other' }, 40)
    expect(other.chain.head.root).not.toBe(again.chain.head.root)
  })

  it('comes out the same with noble in the place of blst', async () => {
    const [blst, noble] = await Promise.all([make({ bls: 'blst' }, 3), make({ bls: 'noble' }, 3)])
    expect(noble.chain.head.root).toBe(blst.chain.head.root)
    expect(noble.slots[2]!.update).toEqual(blst.slots[2]!.update)
  })
})

describe('a devnet with gaps', () => {
  it('makes valid objects over missed slots, whole missed epochs and missed boundaries', async () => {
    // Boundaries at 8, 32, 40 and 64; all of epochs 12 and 13; a stretch across the period's end at 128.
    const missedSlots = [8, 31, 32, 40, 63, 64, ...range(96, 112), ...range(125, 131)]
    const { chain, slots } = await make({ missedSlots }, 200)
    const outcome = await followAll(chain, slots)
    expect(outcome.refused).toEqual([])
    expect(outcome.store.optimisticHeader.beacon.slot).toBe(199)
    expect(outcome.store.finalizedHeader.beacon.slot).toBe(176)
    // The checkpoint of epoch 8 is the last block before its missed first slot.
    const roots = chain.archive.bootstrapRoots()
    expect(roots.map((root) => chain.archive.bootstrap(root)!.value.header.beacon.slot)).toContain(62)
    expect(new Set(roots).size).toBe(roots.length)
  })

  it('makes valid objects where a third of the slots is missed at random', async () => {
    const { chain, slots } = await make({ missedSlots: 0.33 }, 200)
    const missed = slots.filter((slot) => slot.block === undefined).length
    expect(missed).toBeGreaterThan(40)
    expect(missed).toBeLessThan(95)
    const outcome = await followAll(chain, slots)
    expect(outcome.refused).toEqual([])
  })

  it('signs with those present: too few advance no finality, and none at all make no update', async () => {
    const participation = (slot: number): number => (slot < 80 ? 1 : slot < 120 ? 0.4 : 0)
    const { chain, slots } = await make({ participation }, 130)
    const outcome = await followAll(chain, slots)
    expect(outcome.refused).toEqual([])
    expect(slots[50]!.participants).toBe(32)
    expect(slots.slice(120).every((slot) => slot.update === undefined && slot.participants === 0)).toBe(true)
    // Slot 80's block still finalizes epoch 8's start, but not with two thirds.
    expect(outcome.store.finalizedHeader.beacon.slot).toBe(56)
    expect(chain.archive.optimisticUpdate()?.value.signatureSlot).toBe(119)
  })

  it('stops finalizing while checkpoints are not voted for, and catches up afterwards', async () => {
    const { chain, slots } = await make({ justifies: (epoch) => epoch < 6 || epoch > 11 }, 200)
    const outcome = await followAll(chain, slots)
    expect(outcome.refused).toEqual([])
    const finalizedAt = (slot: number): number => slots[slot - 1]!.finalityUpdate!.value.finalizedHeader.beacon.slot
    expect(finalizedAt(100)).toBe(32)
    expect(finalizedAt(200)).toBe(176)
  })

  it('finalizes two epochs behind, once the first two epochs are over', async () => {
    const { slots } = await make({}, 60)
    const steps = slots.flatMap(({ slot, finalizedEpoch }) =>
      finalizedEpoch === undefined ? [] : [[slot, finalizedEpoch]],
    )
    expect(steps).toEqual([
      [32, 2],
      [40, 3],
      [48, 4],
      [56, 5],
    ])
  })
})

describe('the bounds of a devnet', () => {
  it('keeps the newest periods and bootstraps only', async () => {
    const { chain } = await make({ forks: { fulu: 0 }, maxPeriods: 3, maxBootstraps: 5 }, 500)
    expect(chain.archive.periods()).toEqual([5, 6, 7])
    const slots = chain.archive.bootstrapRoots().map((root) => chain.archive.bootstrap(root)!.value.header.beacon.slot)
    expect(slots).toEqual([448, 456, 464, 472, 480])
    expect(chain.block(chain.head.root)?.slot).toBe(500)
    expect(chain.block(chain.archive.bootstrapRoots()[0]!)).toBeUndefined()
  })

  it.each([
    [{ slotDurationMs: 49 }, 'invalid_argument'],
    [{ slotDurationMs: 100.5 }, 'invalid_argument'],
    [{ participation: 1.5 }, 'invalid_argument'],
    [{ missedSlots: -1 }, 'invalid_argument'],
    [{ validators: 0 }, 'invalid_argument'],
    [{ maxPeriods: 0 }, 'invalid_argument'],
    [{ preset: 'huge' as 'minimal' }, 'invalid_argument'],
    [{ genesisTime: -1 }, 'invalid_argument'],
    [{ forks: { altair: 1 } }, 'config_invalid'],
    [{ forks: {} }, 'config_invalid'],
    [{ forks: { altair: 0, capella: 5, deneb: 4 } }, 'config_invalid'],
    [{ forks: { altair: 0, gloas: 4 } as BeaconChainOptions['forks'] }, 'config_invalid'],
    [{ forks: { altair: 0, deneb: 1.5 } }, 'config_invalid'],
  ] as const)('refuses %j with %s', async (options, code) => {
    await expect(createBeaconChain({ ...base, ...options })).rejects.toMatchObject({ code })
  })

  it('starts a fork that is left out with the next one that is named', async () => {
    const chain = await createBeaconChain({ ...base, forks: { altair: 0, deneb: 3 } })
    expect(chain.chain.forks.map(({ name, epoch }) => `${name} ${epoch}`)).toEqual([
      'phase0 0',
      'altair 0',
      'bellatrix 3',
      'capella 3',
      'deneb 3',
    ])
    const slots = makeSlots(chain, 60)
    expect((await followAll(chain, slots)).refused).toEqual([])
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
