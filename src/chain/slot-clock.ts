import { type AbortOptions, delay } from '../streams/abort.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'
import { createQueue } from '../streams/queue.ts'
import type { Chain } from './chain.ts'
import { forkAtSlot } from './forks.ts'
import { slotAtMs, slotStartMs } from './slots.ts'

/** A chain's time, as a clock has it. */
export interface SlotClock {
  /** The slot that is under way; negative before genesis. */
  currentSlot(): number
  /** When a slot begins, in unix milliseconds. */
  slotStartMs(slot: number): number
  /**
   * When sync-committee messages of a slot are due, in unix milliseconds: from then on light-client updates that it signs
   * may be about (`get_sync_message_due_ms`, altair/validator.md; gloas/validator.md).
   */
  syncMessageDueMs(slot: number): number
  /**
   * Each slot as it begins, the next one first; slot 0 first before genesis. Slots missed by a slow consumer, a sleep or
   * a clock that was set are left out: what comes is under way. Each iteration stands for itself.
   *
   * Ascends, unless the clock is set back by more than a slot. Ends with `signal.reason` on abort, never by itself.
   */
  slots(options?: AbortOptions): AsyncIterable<number>
  /** Completes once the clock has reached a moment (unix milliseconds); rejects with `signal.reason` on abort. */
  until(timeMs: number, options?: AbortOptions): Promise<void>
}

/** Makes a {@link SlotClock}. It holds no timer but those of the waits under way. */
export function createSlotClock(chain: Chain, clock: Clock): SlotClock {
  const currentSlot = (): number => slotAtMs(chain, clock.now())

  /** How long to wait for a moment before looking at the clock again: a sleep or a clock that is set shows within a slot. */
  const stepMs = (timeMs: number): number => Math.min(timeMs - clock.now(), chain.slotDurationMs)

  return {
    currentSlot,
    slotStartMs: (slot) => slotStartMs(chain, slot),
    syncMessageDueMs(slot) {
      const { altair, gloas } = chain.syncMessageDueBps
      const basisPoints = forkAtSlot(chain, slot).name === 'gloas' ? gloas : altair
      return slotStartMs(chain, slot) + Math.floor((basisPoints * chain.slotDurationMs) / 10_000)
    },
    slots: ({ signal } = {}) => ({
      [Symbol.asyncIterator]() {
        let last = Math.max(-1, currentSlot())
        let cancel: CancelTimer = () => {}
        const queue = createQueue<number>({
          maxQueued: 1,
          overflow: 'drop-oldest',
          signal,
          onRelease: () => cancel(),
        })
        const arm = (): void => {
          cancel = clock.setTimer(tick, stepMs(slotStartMs(chain, last + 1)))
        }
        const tick = (): void => {
          const slot = currentSlot()
          // Set back by little, the clock passes the same boundary again; by much, it starts again.
          if (slot < last - 1) last = Math.max(-1, slot - 1)
          if (slot > last) {
            last = slot
            queue.push(slot)
          }
          arm()
        }
        if (!queue.done) arm()
        return queue[Symbol.asyncIterator]()
      },
    }),
    async until(timeMs, { signal } = {}) {
      signal?.throwIfAborted()
      while (clock.now() < timeMs) await delay(stepMs(timeMs), { clock, signal })
    },
  }
}
