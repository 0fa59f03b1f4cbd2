import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/streams/clock.ts'

/** How often a client may look at the clock in one turn of the event loop: more is a loop that lets nothing else run. */
const MAX_LOOKS_PER_TURN = 20_000

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until the world moves it. */
export interface WorldClock extends Clock {
  /** True once something ran without end within one turn of the event loop. */
  readonly starved: boolean
  /** Lets time pass: due timers fire in order, each with the clock at its own time, and what they set off settles. */
  advance(ms: number): Promise<void>
}

/** @param startMs - the first reading, in Unix milliseconds */
export function createWorldClock(startMs: number): WorldClock {
  const timers: Timer[] = []
  let nowMs = startMs
  let orders = 0
  let looks = 0
  let starved = false

  async function turn(): Promise<void> {
    looks = 0
    await setImmediate()
  }

  function isBefore(a: Timer, b: Timer): boolean {
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
  }

  return {
    get starved() {
      return starved
    },
    now() {
      looks++
      if (looks > MAX_LOOKS_PER_TURN) {
        starved = true
        // Nothing but an error gets out of a loop of promises.
        throw new Error('The event loop is starved')
      }
      return nowMs
    },
    setTimer(callback, delayMs) {
      const timer = { callback, dueMs: nowMs + Math.max(0, delayMs), order: orders++ }
      let at = timers.length
      while (at > 0 && isBefore(timer, timers[at - 1]!)) at--
      timers.splice(at, 0, timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index >= 0) timers.splice(index, 1)
      }
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      await turn()
      for (let timer = timers[0]; timer !== undefined && timer.dueMs <= untilMs; timer = timers[0]) {
        timers.shift()
        nowMs = Math.max(nowMs, timer.dueMs)
        timer.callback()
        await turn()
      }
      nowMs = untilMs
    },
  }
}
