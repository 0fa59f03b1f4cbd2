/** Ends a timer. Safe to call twice. */
export type CancelTimer = () => void

/**
 * The one source of time. Everything that waits or judges age takes a clock, so that tests and replays can hold their own.
 */
export interface Clock {
  /** Unix time in milliseconds, as this clock has it. */
  now(): number
  /** Calls back once after `delayMs`; a timer never keeps a Node process alive by itself. */
  setTimer(callback: () => void, delayMs: number): CancelTimer
}

/** The longest delay that a platform timer takes: longer ones fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    let handle: ReturnType<typeof setTimeout>
    let remainingMs = Math.max(0, delayMs)
    const arm = (): void => {
      const stepMs = Math.min(remainingMs, MAX_TIMER_MS)
      remainingMs -= stepMs
      handle = setTimeout(remainingMs > 0 ? arm : callback, stepMs)
      ;(handle as { unref?: () => void }).unref?.()
    }
    arm()
    return () => clearTimeout(handle)
  },
}

/**
 * A clock that runs beside another at a fixed distance, as a replayed chain's does.
 *
 * @param offsetMs - what to add to the base clock's time
 */
export function offsetClock(offsetMs: number, base: Clock = systemClock): Clock {
  return {
    now: () => base.now() + offsetMs,
    setTimer: (callback, delayMs) => base.setTimer(callback, delayMs),
  }
}
