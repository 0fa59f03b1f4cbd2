import type { Network } from '../../network/types.ts'
import type { Watchable } from '../../streams/watchable.ts'
import type { GapReason, Head, HeadGap } from '../types.ts'

/** Gaps kept for readers that are late. */
const MAX_KEPT = 16

/** Finds slots that heads left out, and remembers why. */
export interface GapTracker {
  /** A slot has begun by our clock, and a timer told so. */
  noteSlot(slot: number): void
  /** The last peer is gone. */
  noteDisconnected(): void
  /** Looks at a head that is shown, or that none is. @returns the slots left out since the one before it */
  onHead(head: Head | undefined, isCatchingUp: boolean): HeadGap | undefined
  /** Why these slots were left out for a reader: `not_read` where all heads in them were shown. */
  reasonOf(fromSlot: number, toSlot: number): GapReason
}

/** Creates a tracker that has seen no head. @param currentSlot - by our clock */
export function createGapTracker(currentSlot: () => number): GapTracker {
  const kept: HeadGap[] = []
  let previous: Head | undefined
  let lastSlot = currentSlot()
  let firstSlot = 0
  let cause: 'asleep' | 'disconnected' | undefined

  function noteSlot(slot: number): void {
    // Timers tell each slot, unless they did not run.
    if (slot > lastSlot + 1) cause = 'asleep'
    lastSlot = slot
  }

  return {
    noteSlot,
    noteDisconnected() {
      cause ??= 'disconnected'
    },
    onHead(head, isCatchingUp) {
      // A head may come before the timer does.
      if (currentSlot() > lastSlot + 1) cause = 'asleep'
      const left = previous && head && slotsBetween(previous, head)
      if (previous === undefined && head !== undefined) firstSlot = head.slot
      previous = head
      const reason = cause ?? (isCatchingUp ? 'catching_up' : 'not_received')
      if (head !== undefined) cause = undefined
      if (left === undefined) return undefined
      const gap: HeadGap = { kind: 'gap', ...left, reason }
      kept.push(gap)
      if (kept.length > MAX_KEPT) kept.shift()
      return gap
    },
    reasonOf(fromSlot, toSlot) {
      // The tracker is loaded after the first head.
      if (fromSlot < firstSlot) return 'catching_up'
      return kept.findLast((gap) => gap.fromSlot <= toSlot && gap.toSlot >= fromSlot)?.reason ?? 'not_read'
    },
  }
}

/** Tracks heads from now on, and emits an event for each gap. @param isCatchingUp - asked at each head */
export function trackGaps(
  heads: Watchable<Head | undefined>,
  currentSlot: () => number,
  isCatchingUp: () => boolean,
  emit: Network['emit'],
): GapTracker {
  const tracker = createGapTracker(currentSlot)
  heads.watch((head) => {
    const gap = tracker.onHead(head, isCatchingUp())
    if (gap === undefined) return
    const { fromSlot, toSlot, reason } = gap
    emit({ type: 'gap', fromSlot, toSlot, reason })
  })
  return tracker
}

/** Slots between two heads whose blocks, if there are any, were left out. A head that follows its parent leaves out nothing. */
function slotsBetween(before: Head, head: Head): Pick<HeadGap, 'fromSlot' | 'toSlot'> | undefined {
  if (head.parentRoot === before.root || head.slot <= before.slot + 1) return undefined
  return { fromSlot: before.slot + 1, toSlot: head.slot - 1 }
}

/** Heads with the gaps between them, as one reader gets them. */
export function withGaps(
  heads: AsyncIterable<Head>,
  reasonOf: (fromSlot: number, toSlot: number) => GapReason,
): AsyncIterable<Head | HeadGap> {
  return {
    [Symbol.asyncIterator]() {
      const values = heads[Symbol.asyncIterator]()
      let previous: Head | undefined
      let held: Head | undefined
      let turn: Promise<unknown> = Promise.resolve()

      async function step(): Promise<IteratorResult<Head | HeadGap, undefined>> {
        if (held !== undefined) {
          const value = held
          held = undefined
          return { done: false, value }
        }
        const { done, value } = await values.next()
        if (done) return { done, value: undefined }
        const left = previous && slotsBetween(previous, value)
        previous = value
        if (left === undefined) return { done: false, value }
        held = value
        return { done: false, value: { kind: 'gap', ...left, reason: reasonOf(left.fromSlot, left.toSlot) } }
      }

      return {
        next() {
          const next = turn.then(step, step)
          turn = next
          return next
        },
        async return() {
          held = undefined
          await values.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
