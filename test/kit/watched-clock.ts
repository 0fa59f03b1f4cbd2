import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** A fake clock that tells what its timers are for. */
export interface WatchedClock extends FakeClock {
  /** What the timers that wait were set to, in milliseconds: each phase of an exchange has its own. */
  readonly delays: readonly number[]
}

/**
 * A clock that stands still and can be looked into.
 *
 * @param onStep - called whenever a timer is set or cancelled: where a phase begins or ends
 */
export function createWatchedClock(onStep: () => void = () => {}): WatchedClock {
  const clock = createFakeClock()
  const delays = new Map<symbol, number>()
  return {
    now: clock.now,
    advance: clock.advance,
    set: clock.set,
    get pending() {
      return clock.pending
    },
    get delays() {
      return [...delays.values()]
    },
    setTimer(callback, delayMs) {
      const timer = Symbol('timer')
      delays.set(timer, delayMs)
      const cancel = clock.setTimer(() => {
        delays.delete(timer)
        callback()
      }, delayMs)
      onStep()
      return () => {
        if (!delays.delete(timer)) return
        cancel()
        onStep()
      }
    },
  }
}
