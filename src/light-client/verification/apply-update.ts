import { periodOfSlot } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { LightClientUpdate } from '../../ssz/index.ts'
import { assertAggregateKey, type LightClientStore, type VerificationContext } from './store.ts'
import { isSyncCommitteeUpdate } from './update.ts'

/**
 * apply_light_client_update (altair/light-client/sync-protocol.md), for an update that was validated.
 *
 * Moving into the next period gives its committee power over the one after it, so its keys are summed first.
 *
 * @throws LamparaError `sync_committee_aggregate_mismatch`; `period_out_of_reach` when the update finalizes another
 *   period than the store's while the next committee is unknown, which no validated one does
 */
export async function applyLightClientUpdate(
  context: VerificationContext,
  store: LightClientStore,
  update: LightClientUpdate,
): Promise<LightClientStore> {
  const { finalizedHeader } = update
  const next = await withCommittees(context, store, update)
  if (finalizedHeader.beacon.slot <= next.finalizedHeader.beacon.slot) return next
  const newer = finalizedHeader.beacon.slot > next.optimisticHeader.beacon.slot
  return { ...next, finalizedHeader, optimisticHeader: newer ? finalizedHeader : next.optimisticHeader }
}

async function withCommittees(
  context: VerificationContext,
  store: LightClientStore,
  update: LightClientUpdate,
): Promise<LightClientStore> {
  const { chain } = context
  const storePeriod = periodOfSlot(chain, store.finalizedHeader.beacon.slot)
  const finalizedPeriod = periodOfSlot(chain, update.finalizedHeader.beacon.slot)
  const nextSyncCommittee = isSyncCommitteeUpdate(update) ? update.nextSyncCommittee : undefined
  if (store.nextSyncCommittee === undefined) {
    if (finalizedPeriod !== storePeriod) {
      throw new LamparaError(
        'period_out_of_reach',
        `Cannot apply the update: it finalizes period ${finalizedPeriod}, while the store is in ${storePeriod}`,
      )
    }
    return { ...store, nextSyncCommittee }
  }
  if (finalizedPeriod !== storePeriod + 1) return store
  await assertAggregateKey(context, store.nextSyncCommittee, 'next')
  return {
    ...store,
    currentSyncCommittee: store.nextSyncCommittee,
    nextSyncCommittee,
    previousMaxActiveParticipants: store.currentMaxActiveParticipants,
    currentMaxActiveParticipants: 0,
  }
}
