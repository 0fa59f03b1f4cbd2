import { type Chain, periodOfSlot } from '../../chain/index.ts'
import {
  type LightClientFork,
  type LightClientObject,
  type LightClientUpdate,
  lightClientTypes,
  type SyncAggregate,
  type SyncCommittee,
} from '../../ssz/index.ts'
import { isZero, isZeroBranch } from './merkle-branch.ts'

/** An object that can move a store on. */
export type UpdateObject = LightClientObject<'update' | 'finality_update' | 'optimistic_update'>

const emptyUpdates = new WeakMap<object, LightClientUpdate>()
/** Told by identity: looking through all the zeros would take as long as every branch together. */
const emptyCommittees = new WeakSet<SyncCommittee>()

/** LightClientUpdate(): one for each container type. */
function emptyUpdate(chain: Chain, fork: LightClientFork): LightClientUpdate {
  const type = lightClientTypes(chain.preset)[fork].update
  const known = emptyUpdates.get(type)
  if (known !== undefined) return known
  const made = type.defaultValue()
  emptyUpdates.set(type, made)
  emptyCommittees.add(made.nextSyncCommittee)
  return made
}

/** What the specification makes of finality and optimistic updates before processing: an update that lacks the rest. */
export function toLightClientUpdate(chain: Chain, object: UpdateObject): LightClientUpdate {
  return object.kind === 'update' ? object.value : { ...emptyUpdate(chain, object.fork), ...object.value }
}

/** is_sync_committee_update: it proves a next sync committee. */
export function isSyncCommitteeUpdate(update: LightClientUpdate): boolean {
  return !isZeroBranch(update.nextSyncCommitteeBranch)
}

/** is_finality_update: it proves a finalized header. */
export function isFinalityUpdate(update: LightClientUpdate): boolean {
  return !isZeroBranch(update.finalityBranch)
}

/** True for SyncCommittee(), which stands for no committee at all. */
export function isEmptyCommittee(committee: SyncCommittee): boolean {
  return emptyCommittees.has(committee) || (isZero(committee.aggregatePubkey) && committee.pubkeys.every(isZero))
}

/** How many of the committee signed, counted by position: a validator may hold several. */
export function participantsOf(aggregate: SyncAggregate): number {
  let count = 0
  for (let byte of aggregate.syncCommitteeBits.uint8Array) {
    for (; byte > 0; byte >>= 1) count += byte & 1
  }
  return count
}

/** True from two thirds of the committee on. */
export function hasSupermajority(aggregate: SyncAggregate): boolean {
  return participantsOf(aggregate) * 3 >= aggregate.syncCommitteeBits.bitLen * 2
}

/** True when the committee that it proves is the one that follows its signers. */
export function hasRelevantSyncCommittee(chain: Chain, update: LightClientUpdate): boolean {
  return (
    isSyncCommitteeUpdate(update) &&
    periodOfSlot(chain, update.attestedHeader.beacon.slot) === periodOfSlot(chain, update.signatureSlot)
  )
}

/** True when the header that it finalizes is of the same period as the one attested. */
export function hasSyncCommitteeFinality(chain: Chain, update: LightClientUpdate): boolean {
  return (
    periodOfSlot(chain, update.finalizedHeader.beacon.slot) === periodOfSlot(chain, update.attestedHeader.beacon.slot)
  )
}
