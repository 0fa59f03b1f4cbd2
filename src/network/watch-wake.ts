import type { Platform } from '../platform/platform.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'

const TICK_MS = 5_000
/** More than a busy machine delays a timer by, and less than most peers wait before they disconnect. */
const JUMP_MS = 5_000

/**
 * Calls back after everything that may have cut connections without a word: what the platform reports, and a clock that jumps,
 * as it does after a machine or a process slept, or when the time is set.
 *
 * @returns how to stop
 */
export function watchWake(platform: Pick<Platform, 'watchWake'>, clock: Clock, onWake: () => void): () => void {
  const stopEvents = platform.watchWake?.(onWake)
  let cancel: CancelTimer = () => {}

  function arm(): void {
    const startMs = clock.now()
    cancel = clock.setTimer(() => {
      const jumped = Math.abs(clock.now() - startMs - TICK_MS) > JUMP_MS
      arm()
      if (jumped) onWake()
    }, TICK_MS)
  }

  arm()
  return () => {
    cancel()
    stopEvents?.()
  }
}
