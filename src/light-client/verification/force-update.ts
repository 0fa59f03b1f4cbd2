import { applyLightClientUpdate } from './apply-update.ts'
import type { LightClientStore, VerificationContext } from './store.ts'

/**
 * process_light_client_store_force_update (altair/light-client/sync-protocol.md): after UPDATE_TIMEOUT without finality,
 * takes the best update's attested header as if it were final.
 *
 * @returns the new store; the same one when it is not due
 * @throws LamparaError `sync_committee_aggregate_mismatch`; the store is then as it was
 */
export async function processLightClientStoreForceUpdate(
  context: VerificationContext,
  store: LightClientStore,
  currentSlot: number,
): Promise<LightClientStore> {
  const { bestValidUpdate: best } = store
  const storeSlot = store.finalizedHeader.beacon.slot
  if (best === undefined || currentSlot <= storeSlot + context.chain.preset.updateTimeout) return store
  const finalizes = best.finalizedHeader.beacon.slot > storeSlot
  const update = finalizes ? best : { ...best, finalizedHeader: best.attestedHeader }
  return { ...(await applyLightClientUpdate(context, store, update)), bestValidUpdate: undefined }
}
