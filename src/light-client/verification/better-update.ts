import type { Chain } from '../../chain/index.ts'
import type { LightClientUpdate } from '../../ssz/index.ts'
import {
  hasRelevantSyncCommittee,
  hasSupermajority,
  hasSyncCommitteeFinality,
  isFinalityUpdate,
  participantsOf,
} from './update.ts'

/**
 * is_better_update (altair/light-client/sync-protocol.md): which of two valid updates of a period to keep.
 *
 * @returns true when `candidate` is strictly better than `current`
 */
export function isBetterUpdate(chain: Chain, candidate: LightClientUpdate, current: LightClientUpdate): boolean {
  const supermajority = hasSupermajority(candidate.syncAggregate)
  if (supermajority !== hasSupermajority(current.syncAggregate)) return supermajority

  const participants = participantsOf(candidate.syncAggregate)
  const currentParticipants = participantsOf(current.syncAggregate)
  if (!supermajority && participants !== currentParticipants) return participants > currentParticipants

  const relevantCommittee = hasRelevantSyncCommittee(chain, candidate)
  if (relevantCommittee !== hasRelevantSyncCommittee(chain, current)) return relevantCommittee

  const finality = isFinalityUpdate(candidate)
  if (finality !== isFinalityUpdate(current)) return finality

  if (finality) {
    const committeeFinality = hasSyncCommitteeFinality(chain, candidate)
    if (committeeFinality !== hasSyncCommitteeFinality(chain, current)) return committeeFinality
  }

  if (participants !== currentParticipants) return participants > currentParticipants

  // Older data changes the best update less often.
  const { slot } = candidate.attestedHeader.beacon
  const currentSlot = current.attestedHeader.beacon.slot
  if (slot !== currentSlot) return slot < currentSlot
  return candidate.signatureSlot < current.signatureSlot
}
