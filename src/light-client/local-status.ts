import { type Chain, epochOfSlot, startSlotOfEpoch } from '../chain/index.ts'
import type { LocalStatus } from '../network/types.ts'
import { type BeaconBlockHeader, headerRoot } from '../ssz/index.ts'

/**
 * The Status of a node whose newest verified finalized block is this one: told as both finalized and head, with nothing
 * earlier to offer, so that full nodes see us behind, keep us, and never ask us for blocks.
 */
export function localStatusOf(chain: Chain, finalized: BeaconBlockHeader): LocalStatus {
  const root = headerRoot(finalized)
  const epoch = epochOfSlot(chain, finalized.slot)
  // A checkpoint's block lies before its epoch's first slot when that one was skipped.
  const finalizedEpoch = startSlotOfEpoch(chain, epoch) === finalized.slot ? epoch : epoch + 1
  return {
    finalizedRoot: root,
    finalizedEpoch,
    headRoot: root,
    // At that first slot the block was the head, and nodes refuse a head of an epoch before the finalized one.
    headSlot: startSlotOfEpoch(chain, finalizedEpoch),
    earliestAvailableSlot: finalized.slot,
  }
}
