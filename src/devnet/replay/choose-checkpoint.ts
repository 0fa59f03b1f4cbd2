import { type Chain, type Hex, periodOfSlot } from '../../chain/index.ts'
import { hasFinality } from '../../light-client/serving/convert-update.ts'
import type { LightClientData } from '../served-chain.ts'

/**
 * The oldest checkpoint from which the recorded updates lead a light client to the newest object without being forced;
 * where none does, the newest checkpoint.
 *
 * @param checkpoints - block roots with a bootstrap, oldest first
 */
export function chooseCheckpoint(chain: Chain, data: LightClientData, checkpoints: readonly Hex[]): Hex {
  return checkpoints.find((root) => leadsToNewest(chain, data, root)) ?? checkpoints.at(-1)!
}

/**
 * Follows the committees as apply_light_client_update (altair/light-client/sync-protocol.md) does: an update brings the next
 * one when what it finalizes lies in the store's own period, and moves on when it lies in the period after.
 */
function leadsToNewest(chain: Chain, data: LightClientData, root: Hex): boolean {
  const last = periodOfSlot(chain, data.optimisticUpdate()!.value.signatureSlot)
  let storePeriod = periodOfSlot(chain, data.bootstrap(root)!.value.header.beacon.slot)
  let knowsNext = false
  for (let period = storePeriod; period <= storePeriod + (knowsNext ? 1 : 0); period++) {
    const update = data.update(period)
    if (update === undefined) break
    if (!hasFinality(update)) continue
    const finalizedPeriod = periodOfSlot(chain, update.value.finalizedHeader.beacon.slot)
    if (finalizedPeriod === storePeriod) knowsNext = true
    else if (knowsNext && finalizedPeriod === storePeriod + 1) storePeriod++
  }
  return last <= storePeriod + (knowsNext ? 1 : 0)
}
