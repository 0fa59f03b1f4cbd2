import type { Clock } from '../../streams/clock.ts'
import type { RequestQuota } from './personas.ts'

/** Peers that are remembered before those whose quota is full again are forgotten, at the least. */
const MIN_SWEEP_SIZE = 1_024

/** Counts what peers ask against a quota. */
export interface QuotaMeter {
  /** @returns true when it is within the quota, which it then takes from; what is beyond takes nothing */
  take(peer: string, objects: number): boolean
}

/** Creates a meter that knows no peer yet. Bounded by the peers that asked within a window. */
export function createQuotaMeter({ tokens, windowMs, per }: RequestQuota, clock: Pick<Clock, 'now'>): QuotaMeter {
  const fullAtMs = new Map<string, number>()
  let sweepSize = MIN_SWEEP_SIZE
  return {
    take(peer, objects) {
      const nowMs = clock.now()
      const costMs = ((per === 'object' ? objects : 1) * windowMs) / tokens
      // More than a window is owed only after the clock was set back.
      const owedMs = Math.min(windowMs, Math.max(0, (fullAtMs.get(peer) ?? nowMs) - nowMs)) + costMs
      if (owedMs > windowMs) return false
      fullAtMs.set(peer, nowMs + owedMs)
      if (fullAtMs.size >= sweepSize) {
        for (const [other, atMs] of fullAtMs) if (atMs <= nowMs) fullAtMs.delete(other)
        sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * fullAtMs.size)
      }
      return true
    },
  }
}
