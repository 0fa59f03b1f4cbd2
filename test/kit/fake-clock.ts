import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/streams/clock.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Lets time pass: fires due timers in order, each with the clock at its own due time, and lets their work settle. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock, as a user or a sleep does. Timers keep the delay they had left: they run on another clock. */
  set(ms: number): void
  /** Timers not yet fired. */
  readonly pending: number
}

interface Timer {
  readonly dueMs: number
  readonly callback: () => void
}

/** Lets everything that is ready to run do so: promises, and what they set off. */
export async function settle(): Promise<void> {
  await setImmediate()
}

/**
 * A clock for tests, with a wall clock and timers that run apart, as a machine has.
 *
 * @param startMs - the wall clock's first reading, in unix milliseconds
 */
export function createFakeClock(startMs = 0): FakeClock {
  let elapsedMs = 0
  let wallOffsetMs = startMs
  const timers = new Set<Timer>()

  function nextDue(untilMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }

  return {
    now: () => wallOffsetMs + elapsedMs,
    setTimer(callback, delayMs) {
      const timer: Timer = { callback, dueMs: elapsedMs + Math.max(0, delayMs) }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      const untilMs = elapsedMs + ms
      await settle()
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer)
        elapsedMs = Math.max(elapsedMs, timer.dueMs)
        timer.callback()
        await settle()
      }
      elapsedMs = untilMs
      await settle()
    },
    set(ms) {
      wallOffsetMs = ms - elapsedMs
    },
    get pending() {
      return timers.size
    },
  }
}
