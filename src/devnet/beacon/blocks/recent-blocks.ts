import type { BlockRecord } from './block-record.ts'

/** The newest blocks by root. */
export interface RecentBlocks {
  get(root: string): BlockRecord | undefined
  atSlot(slot: number): BlockRecord | undefined
  add(block: BlockRecord): void
}

/** Keeps at most `limit` blocks; the oldest go first. */
export function createRecentBlocks(limit: number): RecentBlocks {
  const blocks = new Map<string, BlockRecord>()
  return {
    get: (root) => blocks.get(root),
    atSlot: (slot) => [...blocks.values()].find((block) => block.slot === slot),
    add(block) {
      blocks.set(block.root, block)
      for (const oldest of blocks.keys()) {
        if (blocks.size <= limit) break
        blocks.delete(oldest)
      }
    },
  }
}
