import { toHex } from '../../../chain/index.ts'
import type { BlockRecord } from '../blocks/block-record.ts'
import type { CheckpointValue } from './finality.ts'

/** How many epochs without finality are remembered: beyond that the oldest boundary blocks are forgotten. */
const MAX_PENDING = 1024

/** Epoch-boundary blocks that may become final, and the one that did last. */
export interface Checkpoints {
  /** The block of the last finalized checkpoint; undefined until there is one. */
  readonly finalized: BlockRecord | undefined
  /** Remembers an epoch's boundary block: that of its first slot, or the last one before. */
  add(epoch: number, block: BlockRecord): void
  /** Moves finality on. @returns the boundary blocks that became final by it, oldest first */
  finalize(checkpoint: CheckpointValue): readonly BlockRecord[]
}

/** Makes an empty collection. */
export function createCheckpoints(): Checkpoints {
  const pending = new Map<number, BlockRecord>()
  let finalized: BlockRecord | undefined
  return {
    get finalized() {
      return finalized
    },
    add(epoch, block) {
      pending.set(epoch, block)
      for (const oldest of pending.keys()) {
        if (pending.size <= MAX_PENDING) break
        pending.delete(oldest)
      }
    },
    finalize({ epoch, root }) {
      const block = pending.get(epoch)
      if (block === undefined || block.root !== toHex(root)) return []
      const final: BlockRecord[] = []
      for (const [past, boundary] of pending) {
        if (past > epoch) break
        pending.delete(past)
        // A boundary block stands for several epochs when whole epochs were empty.
        if (boundary !== (final.at(-1) ?? finalized)) final.push(boundary)
      }
      finalized = block
      return final
    },
  }
}
