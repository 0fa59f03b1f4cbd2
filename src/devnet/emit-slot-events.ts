import { type Chain, forkAtSlot } from '../chain/index.ts'
import type { ProducedSlot } from './beacon/beacon-chain.ts'
import type { ServedHeader } from './served-chain.ts'
import type { DevnetBlock, DevnetEvent } from './types.ts'

/** A block as events report it. */
export function describeBlock(chain: Chain, { root, beacon }: ServedHeader): DevnetBlock {
  return { root, slot: beacon.slot, fork: forkAtSlot(chain, beacon.slot).name }
}

/** Reports a slot: the slot itself, the objects that it brought, and finality where it moved. */
export function emitSlotEvents(
  produced: ProducedSlot,
  finalized: DevnetBlock,
  emit: (event: DevnetEvent) => void,
): void {
  const { slot, block, participants, bootstraps, update, finalityUpdate, optimisticUpdate } = produced
  emit({ type: 'slot', slot, participants, ...(block === undefined ? {} : { block: blockOf(block) }) })
  for (const object of [...bootstraps, update, finalityUpdate, optimisticUpdate]) {
    if (object !== undefined) emit({ type: 'object', object })
  }
  if (produced.finalizedEpoch !== undefined)
    emit({ type: 'finalized', epoch: produced.finalizedEpoch, block: finalized })
}

function blockOf({ root, slot, fork }: DevnetBlock): DevnetBlock {
  return { root, slot, fork }
}
