import { type Chain, equalBytes, periodOfSlot } from '../../chain/index.ts'
import { headerRoot, type LightClientHeader } from '../../ssz/index.ts'
import { participationOf } from '../head.ts'
import {
  isFinalityUpdate,
  isSyncCommitteeUpdate,
  toLightClientUpdate,
  type UpdateObject,
} from '../verification/index.ts'
import type { ProvenHeader, VerifiedState } from './verified-state.ts'

/**
 * True when an object cannot add anything to what was verified, told without its signature: no newer header, no committee
 * that lacks, no better proof of a header that is known. What is known costs no signature check.
 */
export function addsNothing(
  chain: Chain,
  { store, finalized, optimistic }: VerifiedState,
  object: UpdateObject,
): boolean {
  const update = toLightClientUpdate(chain, object)
  const participation = participationOf(update.syncAggregate)
  const better = (known: ProvenHeader, header: LightClientHeader): boolean => {
    const { slot } = header.beacon
    if (slot !== known.header.beacon.slot) return slot > known.header.beacon.slot
    return participation > known.participation && equalBytes(headerRoot(header.beacon), headerRoot(known.header.beacon))
  }
  if (better(optimistic, update.attestedHeader)) return false
  if (isFinalityUpdate(update) && better(finalized, update.finalizedHeader)) return false
  const bringsCommittee =
    store.nextSyncCommittee === undefined &&
    isSyncCommitteeUpdate(update) &&
    periodOfSlot(chain, update.attestedHeader.beacon.slot) === periodOfSlot(chain, store.finalizedHeader.beacon.slot)
  return !bringsCommittee
}
