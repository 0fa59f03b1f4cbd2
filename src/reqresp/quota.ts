import type { Clock } from '../streams/clock.ts'
import type { Quota } from './types.ts'

/** Keys remembered before those whose debt is paid are swept out. */
const SWEEP_AT = 1024

/** Tells how long a request must wait. */
export interface QuotaKeeper {
  /** Books a request and tells the milliseconds to delay it; 0 when it may go at once. */
  delayMs(key: string, quota: Quota, cost: number): number
}

/**
 * A token bucket per key, kept as one number: the time at which the bucket will be full again (the generic cell rate algorithm).
 */
export function createQuotaKeeper(clock: Clock): QuotaKeeper {
  const fullAtMs = new Map<string, number>()

  return {
    delayMs(key, quota, cost) {
      const nowMs = clock.now()
      if (fullAtMs.size >= SWEEP_AT) {
        for (const [other, atMs] of fullAtMs) if (atMs <= nowMs) fullAtMs.delete(other)
      }
      const tokenMs = quota.windowMs / quota.tokens
      // One request may cost the whole bucket but never more, or it could never be paid for.
      const costMs = Math.min(cost, quota.tokens) * tokenMs
      const nextFullAtMs = Math.max(fullAtMs.get(key) ?? nowMs, nowMs) + costMs
      fullAtMs.set(key, nextFullAtMs)
      return Math.max(0, nextFullAtMs - quota.windowMs - nowMs)
    },
  }
}
