import { type Chain, equalBytes, periodOfSlot } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { headerRoot, type LightClientUpdate, type SyncCommittee } from '../../ssz/index.ts'
import { committeeRoot } from './committee-root.ts'
import { assertValidLightClientHeader, gindicesAt, isEmptyHeader } from './header.ts'
import { isValidNormalizedMerkleBranch } from './merkle-branch.ts'
import { syncCommitteeSigningRoot } from './signing-root.ts'
import type { LightClientStore, VerificationContext } from './store.ts'
import {
  isEmptyCommittee,
  isFinalityUpdate,
  isSyncCommitteeUpdate,
  participantsOf,
  toLightClientUpdate,
  type UpdateObject,
} from './update.ts'

/** How `validateLightClientUpdate()` and `processLightClientUpdate()` judge. */
export interface ValidationOptions {
  /**
   * Check everything else, the signature included, before an object is called stale: for recorded data, where a changed
   * slot should be told as tampering. @default false, which follows the specification's order and spares the signature
   */
  readonly thorough?: boolean
}

/**
 * validate_light_client_update (altair/light-client/sync-protocol.md): completes for an object that is valid and of use
 * to this store. `verdictOf()` tells which of the errors mean an invalid object, and which a useless one.
 *
 * @param currentSlot - by the local clock
 * @throws LamparaError
 * - invalid: `participation_too_low`, `header_invalid`, `execution_branch_invalid`, `slot_order_invalid`,
 *   `finalized_header_unexpected`, `finality_branch_invalid`, `next_sync_committee_unexpected`,
 *   `sync_committee_mismatch`, `next_sync_committee_branch_invalid`, `signature_invalid`
 * - not useful: `update_from_future`, `period_out_of_reach`, `next_sync_committee_unknown`, `update_not_relevant`
 */
export async function validateLightClientUpdate(
  context: VerificationContext,
  store: LightClientStore,
  object: UpdateObject,
  currentSlot: number,
  options: ValidationOptions = {},
): Promise<void> {
  const { chain } = context
  const update = toLightClientUpdate(chain, object)
  assertSane(chain, update)
  assertInReach(chain, store, update, currentSlot)
  const relevant = isRelevant(chain, store, update)
  if (!relevant && !options.thorough) throw notRelevant()
  assertFinality(chain, update)
  assertNextSyncCommittee(chain, store, update)
  await assertSignature(context, store, update)
  if (!relevant) throw notRelevant()
}

/** What can be judged by the update alone, and cheaply. */
function assertSane(chain: Chain, update: LightClientUpdate): void {
  const participants = participantsOf(update.syncAggregate)
  if (participants < chain.preset.minSyncCommitteeParticipants) {
    throw new LamparaError('participation_too_low', `Invalid update: ${participants} members of the committee signed`)
  }
  assertValidLightClientHeader(chain, update.attestedHeader, 'attested')
  const { signatureSlot } = update
  const attestedSlot = update.attestedHeader.beacon.slot
  const finalizedSlot = update.finalizedHeader.beacon.slot
  if (signatureSlot <= attestedSlot || attestedSlot < finalizedSlot) {
    throw new LamparaError(
      'slot_order_invalid',
      `Invalid update: signed in slot ${signatureSlot}, it attests slot ${attestedSlot} and finalizes ${finalizedSlot}`,
    )
  }
}

function assertInReach(chain: Chain, store: LightClientStore, update: LightClientUpdate, currentSlot: number): void {
  const { signatureSlot } = update
  if (signatureSlot > currentSlot) {
    throw new LamparaError(
      'update_from_future',
      `Cannot judge the update: signed in slot ${signatureSlot}, while it is slot ${currentSlot}`,
    )
  }
  const storePeriod = periodOfSlot(chain, store.finalizedHeader.beacon.slot)
  const signaturePeriod = periodOfSlot(chain, signatureSlot)
  if (signaturePeriod !== storePeriod && signaturePeriod !== storePeriod + 1) {
    throw new LamparaError(
      'period_out_of_reach',
      `Cannot judge the update: signed in period ${signaturePeriod}, while the store is in ${storePeriod}`,
    )
  }
  if (signaturePeriod > storePeriod && store.nextSyncCommittee === undefined) {
    throw new LamparaError(
      'next_sync_committee_unknown',
      `Cannot judge the update: the sync committee of period ${signaturePeriod} is not known yet`,
    )
  }
}

/** It is newer than what is finalized, or brings the next sync committee that the store still lacks. */
function isRelevant(chain: Chain, store: LightClientStore, update: LightClientUpdate): boolean {
  const attestedSlot = update.attestedHeader.beacon.slot
  const storeSlot = store.finalizedHeader.beacon.slot
  return (
    attestedSlot > storeSlot ||
    (store.nextSyncCommittee === undefined &&
      isSyncCommitteeUpdate(update) &&
      periodOfSlot(chain, attestedSlot) === periodOfSlot(chain, storeSlot))
  )
}

function notRelevant(): LamparaError {
  return new LamparaError('update_not_relevant', 'Cannot use the update: the store is as new already')
}

function assertFinality(chain: Chain, update: LightClientUpdate): void {
  const { attestedHeader, finalizedHeader, finalityBranch } = update
  const atGenesis = finalizedHeader.beacon.slot === 0
  const proven = isFinalityUpdate(update)
  if (!proven || atGenesis) {
    if (!isEmptyHeader(finalizedHeader)) {
      throw new LamparaError('finalized_header_unexpected', 'Invalid update: it has a finalized header without proof')
    }
    if (!proven) return
  } else {
    assertValidLightClientHeader(chain, finalizedHeader, 'finalized')
  }
  // The genesis checkpoint's root is zero in the state.
  const finalizedRoot = atGenesis ? new Uint8Array(32) : headerRoot(finalizedHeader.beacon)
  const gindex = gindicesAt(chain, attestedHeader).finalizedRoot
  if (!isValidNormalizedMerkleBranch(finalizedRoot, finalityBranch, gindex, attestedHeader.beacon.stateRoot)) {
    throw new LamparaError('finality_branch_invalid', 'Invalid update: its branch does not prove the finalized header')
  }
}

function assertNextSyncCommittee(chain: Chain, store: LightClientStore, update: LightClientUpdate): void {
  const { attestedHeader, nextSyncCommittee } = update
  if (!isSyncCommitteeUpdate(update)) {
    if (isEmptyCommittee(nextSyncCommittee)) return
    throw new LamparaError(
      'next_sync_committee_unexpected',
      'Invalid update: it has a next sync committee without proof',
    )
  }
  const samePeriod =
    periodOfSlot(chain, attestedHeader.beacon.slot) === periodOfSlot(chain, store.finalizedHeader.beacon.slot)
  if (
    samePeriod &&
    store.nextSyncCommittee !== undefined &&
    !equalCommittees(nextSyncCommittee, store.nextSyncCommittee)
  ) {
    throw new LamparaError('sync_committee_mismatch', 'Invalid update: its next sync committee is not the known one')
  }
  const proven = isValidNormalizedMerkleBranch(
    committeeRoot(chain, nextSyncCommittee),
    update.nextSyncCommitteeBranch,
    gindicesAt(chain, attestedHeader).nextSyncCommittee,
    attestedHeader.beacon.stateRoot,
  )
  if (!proven) {
    throw new LamparaError(
      'next_sync_committee_branch_invalid',
      'Invalid update: its branch does not prove the next sync committee',
    )
  }
}

async function assertSignature(
  { chain, committees }: VerificationContext,
  store: LightClientStore,
  update: LightClientUpdate,
): Promise<void> {
  const samePeriod =
    periodOfSlot(chain, update.signatureSlot) === periodOfSlot(chain, store.finalizedHeader.beacon.slot)
  const committee = samePeriod ? store.currentSyncCommittee : store.nextSyncCommittee
  const { syncCommitteeBits, syncCommitteeSignature } = update.syncAggregate
  const signingRoot = syncCommitteeSigningRoot(chain, update.attestedHeader.beacon, update.signatureSlot)
  if (committee && (await committees.verify(committee, syncCommitteeBits, signingRoot, syncCommitteeSignature))) return
  throw new LamparaError('signature_invalid', 'Invalid update: the sync committee did not sign it')
}

function equalCommittees(a: SyncCommittee, b: SyncCommittee): boolean {
  return (
    a === b ||
    (equalBytes(a.aggregatePubkey, b.aggregatePubkey) &&
      a.pubkeys.length === b.pubkeys.length &&
      a.pubkeys.every((key, position) => equalBytes(key, b.pubkeys[position]!)))
  )
}
