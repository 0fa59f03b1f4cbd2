import type { Clock } from '../../streams/clock.ts'
import type { InboundRateLimit } from '../types.ts'

/** Keys remembered before those whose debt is paid are swept out, at the least. */
const MIN_SWEEP_SIZE = 1024
/** The deepest debt, in windows: two requests may wait at once. A clock set back must not put a peer off for longer. */
const MAX_DEBT_WINDOWS = 3

/** Computes how long a request must wait. */
export interface RateLimiter {
  /** Books a request and tells the milliseconds to delay it; 0 when it may go at once. */
  delayMs(key: string, limit: InboundRateLimit, cost: number): number
  /** How long until a request of cost 1 may go without delay, in milliseconds. Books nothing. */
  waitMs(key: string, limit: InboundRateLimit): number
}

/**
 * A token bucket per key, kept as one number: the time at which the bucket will be full again (the generic cell rate algorithm).
 */
export function createRateLimiter(clock: Clock): RateLimiter {
  const fullAtMs = new Map<string, number>()
  let sweepSize = MIN_SWEEP_SIZE

  return {
    delayMs(key, limit, cost) {
      const nowMs = clock.now()
      if (fullAtMs.size >= sweepSize) {
        for (const [other, atMs] of fullAtMs) if (atMs <= nowMs) fullAtMs.delete(other)
        sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * fullAtMs.size)
      }
      const tokenMs = limit.windowMs / limit.tokens
      // One request may cost the whole bucket but never more, or it could never be paid for.
      const costMs = Math.min(cost, limit.tokens) * tokenMs
      const owedMs = Math.max(0, (fullAtMs.get(key) ?? nowMs) - nowMs) + costMs
      const nextFullAtMs = nowMs + Math.min(owedMs, MAX_DEBT_WINDOWS * limit.windowMs)
      fullAtMs.set(key, nextFullAtMs)
      return Math.max(0, nextFullAtMs - limit.windowMs - nowMs)
    },
    waitMs(key, { tokens, windowMs }) {
      const nowMs = clock.now()
      const atMs = fullAtMs.get(key) ?? nowMs
      // More than a window is owed only after the clock was set back: it would have anyone who waits wait for that time again.
      if (atMs > nowMs + windowMs) fullAtMs.set(key, nowMs + windowMs)
      return Math.max(0, Math.min(atMs - nowMs, windowMs) - windowMs + windowMs / tokens)
    },
  }
}
