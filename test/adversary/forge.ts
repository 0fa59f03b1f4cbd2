import { BitArray } from '@chainsafe/ssz'
import { periodOfSlot } from '../../src/chain/index.ts'
import { addSecretKeys } from '../../src/devnet/beacon/state/signer.ts'
import { finalityUpdateOf, hasFinality, optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import { syncCommitteeSigningRoot } from '../../src/light-client/verification/index.ts'
import {
  headerRoot,
  type LightClientHeader,
  lightClientGindices,
  lightClientTypes,
  SyncCommittee,
} from '../../src/ssz/index.ts'
import type { SyncAggregate } from '../../src/ssz/light-client/light-client-values.ts'
import { sparseState } from '../kit/verification/sparse-state.ts'
import { COMMITTEE_SIZE, type HonestChain, type Update } from './honest-chain.ts'

/** A committee of the attacker, with its keys. */
export interface ForgedCommittee {
  readonly value: SyncCommittee
  readonly secretKeys: readonly bigint[]
}

/** Who signs: seats by position, with their keys. */
interface Signers {
  readonly secretKeys: readonly bigint[]
  readonly positions: readonly number[]
}

const gindices = lightClientGindices('fulu')
const filler = new Uint8Array(32).fill(9)

/** A committee of keys that only the attacker has. @param wrongSum - under an aggregate key that is not their sum */
export function forgedCommittee(honest: HonestChain, seed: number, wrongSum = false): ForgedCommittee {
  const key = `${seed} ${wrongSum}`
  const known = forgedCommittees.get(honest) ?? new Map<string, ForgedCommittee>()
  forgedCommittees.set(honest, known)
  const committee = known.get(key) ?? makeForgedCommittee(honest, seed, wrongSum)
  known.set(key, committee)
  return committee
}

const forgedCommittees = new WeakMap<HonestChain, Map<string, ForgedCommittee>>()

function makeForgedCommittee({ signer }: HonestChain, seed: number, wrongSum: boolean): ForgedCommittee {
  const secretKeys = Array.from({ length: COMMITTEE_SIZE }, (_, seat) => BigInt(1_000_003 + seed * 1_000 + seat))
  const sum = addSecretKeys(wrongSum ? secretKeys.slice(1) : secretKeys)
  return {
    secretKeys,
    value: { pubkeys: secretKeys.map((key) => signer.publicKey(key)), aggregatePubkey: signer.publicKey(sum) },
  }
}

/** So many seats of the honest committee of a period, with their keys: the ones that an attacker holds. */
export function heldSeats(honest: HonestChain, period: number, count: number): Signers {
  const secretKeys = honest.committee(period).seats.map(({ secretKey }) => secretKey)
  return { secretKeys, positions: [...secretKeys.keys()].slice(0, count) }
}

/** All seats of a committee of the attacker. */
export function allSeats({ secretKeys }: ForgedCommittee): Signers {
  return { secretKeys, positions: [...secretKeys.keys()] }
}

function aggregate(honest: HonestChain, signers: Signers, header: LightClientHeader, slot: number): SyncAggregate {
  const { secretKeys, positions } = signers
  const bits = Array.from({ length: COMMITTEE_SIZE }, (_, position) => positions.includes(position))
  const message = syncCommitteeSigningRoot(honest.chain, header.beacon, slot)
  return {
    syncCommitteeBits: BitArray.fromBoolArray(bits),
    syncCommitteeSignature: honest.signer.sign(message, addSecretKeys(positions.map((at) => secretKeys[at]!))),
  }
}

/** What a forged update claims. */
export interface ForgeryPlan {
  /** At most the honest chain's last slot: the execution data of its block is used, so that this much is proven. */
  readonly attestedSlot: number
  /** @default the slot after */
  readonly signatureSlot?: number
  readonly next?: ForgedCommittee
  /** Slot of a made-up finalized block. @default none */
  readonly finalizedSlot?: number
  readonly signers: Signers
  /** Makes different blocks of one slot. @default 0 */
  readonly variant?: number
}

/** An update of a block that nobody proposed. Its branches and its signature are right; who signed is another matter. */
export function forgedUpdate(honest: HonestChain, plan: ForgeryPlan): Update {
  const { attestedSlot, signatureSlot = attestedSlot + 1, next, finalizedSlot, signers, variant = 0 } = plan
  const finalized = finalizedSlot === undefined ? undefined : forgedHeader(honest, finalizedSlot, filler, variant)
  const committeeType = SyncCommittee(honest.chain.preset)
  const leaves = new Map<number, Uint8Array>([
    [gindices.currentSyncCommittee, filler],
    [gindices.finalizedRoot ^ 1, filler],
  ])
  if (next !== undefined) leaves.set(gindices.nextSyncCommittee, committeeType.hashTreeRoot(next.value))
  if (finalized !== undefined) leaves.set(gindices.finalizedRoot, headerRoot(finalized.beacon))
  const state = sparseState(leaves)
  const attestedHeader = forgedHeader(honest, attestedSlot, state.root, variant)
  const empty = lightClientTypes(honest.chain.preset).electra.update.defaultValue()
  return {
    kind: 'update',
    fork: 'electra',
    value: {
      ...empty,
      attestedHeader,
      ...(finalized && { finalizedHeader: finalized, finalityBranch: state.branch(gindices.finalizedRoot) }),
      ...(next && {
        nextSyncCommittee: next.value,
        nextSyncCommitteeBranch: state.branch(gindices.nextSyncCommittee),
      }),
      syncAggregate: aggregate(honest, signers, attestedHeader, signatureSlot),
      signatureSlot,
    },
  }
}

function forgedHeader(honest: HonestChain, slot: number, stateRoot: Uint8Array, variant: number): LightClientHeader {
  let donor = slot
  while (honest.slot(donor).block === undefined) donor--
  const { header } = honest.slot(donor).block!.header
  return { ...header, beacon: { ...header.beacon, slot, stateRoot, proposerIndex: 7_000 + variant } }
}

/** Leaves out the next committee of a true update, its finality, or both. What is left is still true. */
export function stripped(
  honest: HonestChain,
  update: Update,
  without: { committee?: boolean; finality?: boolean },
): Update {
  const empty = lightClientTypes(honest.chain.preset)[update.fork].update.defaultValue()
  const { nextSyncCommittee, nextSyncCommitteeBranch, finalizedHeader, finalityBranch } = empty
  return {
    ...update,
    value: {
      ...update.value,
      ...(without.committee && { nextSyncCommittee, nextSyncCommitteeBranch }),
      ...(without.finality && { finalizedHeader, finalityBranch }),
    },
  }
}

/**
 * A true update with fewer of its signatures: sync-committee messages are public, so anybody can add up some of them.
 *
 * @param count - how many sign
 * @param variant - which of them
 */
export function withFewer(honest: HonestChain, update: Update, count: number, variant = 0): Update {
  const { attestedHeader, syncAggregate, signatureSlot } = update.value
  const secretKeys = honest.committee(periodOfSlot(honest.chain, signatureSlot)).seats.map((seat) => seat.secretKey)
  const present = syncAggregate.syncCommitteeBits.getTrueBitIndexes()
  const turned = present.map((_, index) => present[(index + variant) % present.length]!)
  const signers = { secretKeys, positions: turned.slice(0, count) }
  return {
    ...update,
    value: { ...update.value, syncAggregate: aggregate(honest, signers, attestedHeader, signatureSlot) },
  }
}

/** A true update under a signature that nobody made. */
export function withWrongSignature(update: Update): Update {
  const { syncAggregate } = update.value
  const syncCommitteeSignature = syncAggregate.syncCommitteeSignature.slice()
  syncCommitteeSignature[95]! ^= 1
  return { ...update, value: { ...update.value, syncAggregate: { ...syncAggregate, syncCommitteeSignature } } }
}

/** An update as its topic carries it. */
export function gossiped(update: Update) {
  return hasFinality(update) && update.value.finalizedHeader.beacon.slot > 0
    ? finalityUpdateOf(update)
    : optimisticUpdateOf(update)
}
