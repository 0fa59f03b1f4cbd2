import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../src/streams/clock.ts'

/** A clock for thousands of timers, which counts them. */
export interface SimClock extends Clock {
  /** Lets time pass, firing what is due in order. */
  advance(ms: number): Promise<void>
  /** Timers fired so far. */
  readonly fired: number
}

interface Timer {
  readonly dueMs: number
  readonly order: number
  callback: (() => void) | undefined
}

const before = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

/** Creates a clock that stands still; timers are held in a binary heap. */
export function createSimClock(startMs: number): SimClock {
  const heap: Timer[] = []
  let nowMs = startMs
  let order = 0
  let fired = 0

  function swap(a: number, b: number): void {
    const moved = heap[a]!
    heap[a] = heap[b]!
    heap[b] = moved
  }

  function push(timer: Timer): void {
    heap.push(timer)
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!before(heap[at]!, heap[parent]!)) return
      swap(at, parent)
      at = parent
    }
  }

  function pop(): Timer {
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }

  return {
    now: () => nowMs,
    setTimer(callback, delayMs) {
      const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), order: order++, callback }
      push(timer)
      return () => {
        timer.callback = undefined
      }
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      await setImmediate()
      while (heap.length > 0 && heap[0]!.dueMs <= untilMs) {
        const { dueMs, callback } = pop()
        if (callback === undefined) continue
        nowMs = Math.max(nowMs, dueMs)
        fired++
        callback()
        await setImmediate()
      }
      nowMs = untilMs
      await setImmediate()
    },
    get fired() {
      return fired
    },
  }
}
