import { periodOfSlot } from '../../chain/index.ts'
import { applyLightClientUpdate } from './apply-update.ts'
import { isBetterUpdate } from './better-update.ts'
import { getSafetyThreshold, type LightClientStore, type VerificationContext } from './store.ts'
import {
  hasSupermajority,
  hasSyncCommitteeFinality,
  isFinalityUpdate,
  isSyncCommitteeUpdate,
  participantsOf,
  toLightClientUpdate,
  type UpdateObject,
} from './update.ts'
import { type ValidationOptions, validateLightClientUpdate } from './validate-update.ts'

/**
 * process_light_client_update, process_light_client_finality_update and process_light_client_optimistic_update
 * (altair/light-client/sync-protocol.md): verifies an object and moves on by it.
 *
 * @param currentSlot - by the local clock
 * @returns the new store; the same one when nothing changed
 * @throws LamparaError as `validateLightClientUpdate()` and `applyLightClientUpdate()`; the store is then as it was
 */
export async function processLightClientUpdate(
  context: VerificationContext,
  store: LightClientStore,
  object: UpdateObject,
  currentSlot: number,
  options: ValidationOptions = {},
): Promise<LightClientStore> {
  const { chain } = context
  await validateLightClientUpdate(context, store, object, currentSlot, options)
  const update = toLightClientUpdate(chain, object)
  const participants = participantsOf(update.syncAggregate)
  let next = store

  if (store.bestValidUpdate === undefined || isBetterUpdate(chain, update, store.bestValidUpdate)) {
    next = { ...next, bestValidUpdate: update }
  }
  if (participants > next.currentMaxActiveParticipants) {
    next = { ...next, currentMaxActiveParticipants: participants }
  }
  const { attestedHeader, finalizedHeader } = update
  if (participants > getSafetyThreshold(next) && attestedHeader.beacon.slot > next.optimisticHeader.beacon.slot) {
    next = { ...next, optimisticHeader: attestedHeader }
  }

  const finalizesNextSyncCommittee =
    next.nextSyncCommittee === undefined &&
    isSyncCommitteeUpdate(update) &&
    isFinalityUpdate(update) &&
    hasSyncCommitteeFinality(chain, update)
  // The specification drops this one, and a client that started early in a period could not leave it. It asks that the
  // block finalized be of the committee's period, since a reorganisation across the boundary could choose another
  // committee; where the store's own finalized block is of that period, the choice stands already.
  const settlesNextSyncCommittee =
    next.nextSyncCommittee === undefined &&
    isSyncCommitteeUpdate(update) &&
    isFinalityUpdate(update) &&
    periodOfSlot(chain, attestedHeader.beacon.slot) === periodOfSlot(chain, next.finalizedHeader.beacon.slot)
  const advancesFinality = finalizedHeader.beacon.slot > next.finalizedHeader.beacon.slot
  if (hasSupermajority(update.syncAggregate) && (advancesFinality || finalizesNextSyncCommittee)) {
    return { ...(await applyLightClientUpdate(context, next, update)), bestValidUpdate: undefined }
  }
  if (hasSupermajority(update.syncAggregate) && settlesNextSyncCommittee) {
    return { ...next, nextSyncCommittee: update.nextSyncCommittee }
  }
  return next
}
