import { type Chain, type Hex, periodOfSlot, toHex } from '../../src/chain/index.ts'
import { createBeaconChain, type ProducedSlot } from '../../src/devnet/beacon/beacon-chain.ts'
import type { BeaconChainOptions } from '../../src/devnet/beacon/options.ts'
import { type Committee, createCommittees, createValidators } from '../../src/devnet/beacon/state/committees.ts'
import { createSeed } from '../../src/devnet/beacon/state/seed.ts'
import type { Signer } from '../../src/devnet/beacon/state/signer.ts'
import { isBetterUpdate } from '../../src/light-client/verification/index.ts'
import { platform } from '../../src/platform/node/index.ts'
import { headerRoot, type LightClientObject } from '../../src/ssz/index.ts'

export const SLOT_MS = 12_000
export const PERIOD_SLOTS = 64
export const COMMITTEE_SIZE = 32
const PERIODS = 7
const VALIDATORS = 48

export type Update = LightClientObject<'update'>

/** A chain that was made in advance, as honest nodes know it at any of its slots. */
export interface HonestChain {
  readonly chain: Chain
  readonly signer: Signer
  readonly lastSlot: number
  slot(slot: number): ProducedSlot
  /** The committee that signs in a period, with its keys. */
  committee(period: number): Committee
  /** The best update of a period among those known at a slot. */
  update(period: number, atSlot: number): Update | undefined
  /** The newest update that was published by a slot, the one with finality where asked for. */
  newest(kind: 'optimistic_update', atSlot: number): LightClientObject<'optimistic_update'> | undefined
  newest(kind: 'finality_update', atSlot: number): LightClientObject<'finality_update'> | undefined
  bootstrap(root: Hex): LightClientObject<'bootstrap'> | undefined
  /** The newest block that was final by a slot. */
  checkpoint(atSlot: number): Hex
  /** True for a block of this chain. */
  contains(root: Hex): boolean
  /** The slot by which a block was final; undefined for one that was no checkpoint of this chain. */
  finalizedBySlot(root: Hex): number | undefined
  /** Slot of the newest header that two thirds of the committee signed by a slot. */
  signedSlot(atSlot: number): number
}

const shapes = {
  steady: {},
  rough: {
    participation: (slot: number) => (slot % 11 === 5 ? 0.5 : 0.75 + ((slot * 7) % 10) / 40),
    missedSlots: 0.06,
  },
  'late finality': { justifies: (epoch: number) => epoch % 16 < 5 || epoch % 16 > 9, participation: 0.85 },
} satisfies Record<string, Partial<BeaconChainOptions>>

/** Finality ends in the third period: no client can follow beyond the fourth, so this is not a shape for just any schedule. */
const endingFinality: Partial<BeaconChainOptions> = { justifies: (epoch) => epoch < 19 }

export type ChainShape = keyof typeof shapes | 'ending finality'
export const chainShapes = Object.keys(shapes) as (keyof typeof shapes)[]

const made = new Map<string, Promise<HonestChain>>()

/** A chain of a shape; made once in a process. */
export function honestChain(shape: ChainShape, signer: Signer, slotDurationMs = SLOT_MS): Promise<HonestChain> {
  const key = `${shape} ${signer.implementation} ${slotDurationMs}`
  const known = made.get(key) ?? makeChain(shape, signer, slotDurationMs)
  made.set(key, known)
  return known
}

async function makeChain(shape: ChainShape, signer: Signer, slotDurationMs: number): Promise<HonestChain> {
  await platform.useFastHasher()
  const seedName = `honest ${shape}`
  const options = shape === 'ending finality' ? endingFinality : shapes[shape]
  const beacon = await createBeaconChain(
    { seed: seedName, validators: VALIDATORS, slotDurationMs, genesisTime: 1_700_000_000, ...options },
    signer,
  )
  const slots: ProducedSlot[] = []
  const lastSlot = PERIODS * PERIOD_SLOTS - 1
  const first = { slot: 0, participants: 0, bootstraps: [] }
  slots.push(first)
  while (beacon.slot < lastSlot) slots.push(beacon.produceSlot())
  const { chain } = beacon
  const seed = createSeed(seedName)
  const validators = createValidators(seed, signer, VALIDATORS)
  const committeeOf = createCommittees(seed, signer, validators, COMMITTEE_SIZE)
  const committees = Array.from({ length: PERIODS + 1 }, (_, period) => committeeOf(period))
  return describeChain(chain, signer, slots, committees)
}

function describeChain(
  chain: Chain,
  signer: Signer,
  slots: readonly ProducedSlot[],
  committees: readonly Committee[],
): HonestChain {
  const blocks = new Set<Hex>()
  const finalizedBy = new Map<Hex, number>()
  const bootstraps = new Map<Hex, LightClientObject<'bootstrap'>>()
  const checkpoints: Hex[] = []
  const signed: number[] = []
  const optimistic: ProducedSlot['optimisticUpdate'][] = []
  const finality: ProducedSlot['finalityUpdate'][] = []
  const best: ReadonlyMap<number, Update>[] = []
  for (const [slot, produced] of slots.entries()) {
    if (produced.block !== undefined) blocks.add(produced.block.root)
    for (const bootstrap of produced.bootstraps) {
      const root = toHex(headerRoot(bootstrap.value.header.beacon))
      bootstraps.set(root, bootstrap)
      finalizedBy.set(root, slot)
    }
    const attested = produced.update?.value.attestedHeader.beacon
    // The genesis block is attested, too, and nobody produces it.
    if (attested?.slot === 0) blocks.add(toHex(headerRoot(attested)))
    const newest = produced.bootstraps.at(-1)
    checkpoints.push(newest ? toHex(headerRoot(newest.value.header.beacon)) : (checkpoints.at(-1) ?? '0x'))
    const { update } = produced
    const enough = update !== undefined && produced.participants * 3 >= COMMITTEE_SIZE * 2
    signed.push(enough ? update.value.attestedHeader.beacon.slot : (signed.at(-1) ?? 0))
    optimistic.push(produced.optimisticUpdate ?? optimistic.at(-1))
    finality.push(produced.finalityUpdate ?? finality.at(-1))
    best.push(withUpdate(chain, best.at(-1) ?? new Map(), update))
  }
  return {
    chain,
    signer,
    lastSlot: slots.length - 1,
    slot: (slot) => slots[slot]!,
    committee: (period) => committees[period]!,
    update: (period, atSlot) => best[atSlot]?.get(period),
    newest: ((kind: string, atSlot: number) =>
      (kind === 'optimistic_update' ? optimistic : finality)[atSlot]) as HonestChain['newest'],
    bootstrap: (root) => bootstraps.get(root),
    checkpoint: (atSlot) => checkpoints[atSlot]!,
    contains: (root) => blocks.has(root),
    finalizedBySlot: (root) => finalizedBy.get(root),
    signedSlot: (atSlot) => signed[atSlot]!,
  }
}

/** What is offered by period after one more update (altair/light-client/full-node.md). */
function withUpdate(
  chain: Chain,
  known: ReadonlyMap<number, Update>,
  update: Update | undefined,
): ReadonlyMap<number, Update> {
  if (update === undefined) return known
  const period = periodOfSlot(chain, update.value.attestedHeader.beacon.slot)
  if (period !== periodOfSlot(chain, update.value.signatureSlot)) return known
  const best = known.get(period)
  if (best !== undefined && !isBetterUpdate(chain, update.value, best.value)) return known
  return new Map([...known, [period, update]])
}
