import type { Chain } from '../../chain/index.ts'
import type { Protocol, RequestOptions } from '../types.ts'
import type { QueueOptions } from './request-queue.ts'

/** No public chain is quicker (Gnosis has slots of 5 s): beyond, it is a devnet. */
const SHORTEST_PUBLIC_SLOT_MS = 5_000
const USUAL_SLOT_MS = 12_000

/**
 * An interval that beacon nodes of public chains accept. On a devnet it scales with the slots, but never below what beacon
 * nodes accept at all: their limits are in seconds, however short the slots are.
 *
 * @param leastMs - what a beacon node's own rate limit comes to
 */
export function scaledIntervalMs(ms: number, leastMs: number): (chain: Chain) => number {
  return ({ slotDurationMs }) =>
    slotDurationMs < SHORTEST_PUBLIC_SLOT_MS ? Math.max(leastMs, (ms * slotDurationMs) / USUAL_SLOT_MS) : ms
}

/** Queue options of a request. */
export function queueOptionsOf(
  { outboundRateLimit }: Pick<Protocol<never, unknown>, 'outboundRateLimit'>,
  chain: Chain,
  { priority, skipRateLimit }: Pick<RequestOptions, 'priority' | 'skipRateLimit'>,
): QueueOptions {
  const own = { ...(priority && { priority }), ...(skipRateLimit && { skipRateLimit }) }
  if (outboundRateLimit === undefined) return own
  const { intervalMs: scaledIntervalMs, burst: tokens = 1, maxInFlight } = outboundRateLimit
  const windowMs = tokens * (typeof scaledIntervalMs === 'number' ? scaledIntervalMs : scaledIntervalMs(chain))
  return { ...own, ...(maxInFlight && !skipRateLimit && { maxActive: maxInFlight }), rateLimit: { tokens, windowMs } }
}
