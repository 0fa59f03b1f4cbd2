import { type Chain, fromHex, type Hex } from '../../chain/index.ts'
import { startSlotOfEpoch } from '../../chain/slots.ts'
import type { LocalStatus } from '../../network/types.ts'
import { checkpointEpochOf } from '../store/header-links.ts'

/** A verified block. */
export interface StatusBlock {
  readonly slot: number
  /** Beacon block root. */
  readonly root: Hex
}

/**
 * The Status of a node whose newest verified finalized block is this one (phase0/p2p-interface.md): sent as both finalized and
 * head, with nothing earlier to offer, so that full nodes see us behind, keep us, and never ask us for blocks.
 *
 * Where the first slots of the finalized epoch are empty, its block lies in the epoch before. Nodes refuse a head of an epoch
 * before the finalized one, so the verified head is sent as such.
 */
export function localStatusOf(chain: Chain, finalized: StatusBlock, verifiedHead: StatusBlock): LocalStatus {
  const finalizedEpoch = checkpointEpochOf(chain, finalized.slot)
  const head = finalized.slot < startSlotOfEpoch(chain, finalizedEpoch) ? verifiedHead : finalized
  return {
    finalizedRoot: fromHex(finalized.root, 32),
    finalizedEpoch,
    headRoot: fromHex(head.root, 32),
    headSlot: head.slot,
    earliestAvailableSlot: finalized.slot,
  }
}
