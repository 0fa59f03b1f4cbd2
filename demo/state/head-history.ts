import type { Head } from 'lampara'

/** One slot of the chart's past. */
export type SlotMark =
  | {
      readonly mark: 'head'
      readonly slot: number
      readonly participation: number
      /** From the slot's start until the head was verified here; undefined for heads that were caught up on. */
      readonly delayMs: number | undefined
      readonly blockNumber: bigint | undefined
    }
  /** The chain went on without a head of this slot while we listened. */
  | { readonly mark: 'missed'; readonly slot: number }

/** What the chart remembers: slots in ascending order, bounded. */
export interface HeadHistory {
  readonly slots: readonly SlotMark[]
  /** True while every head has been heard since the last mark, so that a gap means a missed slot. */
  readonly listening: boolean
}

/** Slots kept: more than the widest chart shows. */
export const MAX_HISTORY_SLOTS = 128

export const emptyHistory: HeadHistory = { slots: [], listening: false }

/**
 * Adds a head; the gap before it is marked missed when we were listening all along.
 *
 * @param following - the client was following when the head came: its delay says something
 */
export function withHead(history: HeadHistory, head: Head, following: boolean): HeadHistory {
  const last = history.slots.at(-1)
  if (last !== undefined && head.slot <= last.slot) return history
  const slots: SlotMark[] = [...history.slots]
  if (history.listening && last !== undefined) {
    const first = Math.max(last.slot + 1, head.slot - MAX_HISTORY_SLOTS)
    for (let slot = first; slot < head.slot; slot++) slots.push({ mark: 'missed', slot })
  }
  slots.push({
    mark: 'head',
    slot: head.slot,
    participation: head.participation,
    delayMs: following ? Math.max(0, head.verifiedAtMs - head.slotStartMs) : undefined,
    blockNumber: head.execution?.blockNumber,
  })
  return { slots: slots.slice(-MAX_HISTORY_SLOTS), listening: following }
}

/** From here on gaps tell nothing about the chain: we were not listening. */
export function withInterruption(history: HeadHistory): HeadHistory {
  return history.listening ? { ...history, listening: false } : history
}
