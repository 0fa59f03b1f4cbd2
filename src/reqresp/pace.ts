import type { Chain } from '../chain/index.ts'
import type { TurnOptions } from './limiter.ts'
import type { Protocol, RequestOptions } from './types.ts'

/** No public chain is quicker (Gnosis has slots of 5 s): beyond, it is a devnet. */
const SHORTEST_PUBLIC_SLOT_MS = 5_000
const USUAL_SLOT_MS = 12_000

/**
 * A pace in milliseconds that beacon nodes of public chains keep. On a devnet it goes by the slots, but never below what beacon
 * nodes bear at all: their quotas are in seconds, however short the slots are.
 *
 * @param leastMs - what a beacon node's own quota comes to
 */
export function everyMs(ms: number, leastMs: number): (chain: Chain) => number {
  return ({ slotDurationMs }) =>
    slotDurationMs < SHORTEST_PUBLIC_SLOT_MS ? Math.max(leastMs, (ms * slotDurationMs) / USUAL_SLOT_MS) : ms
}

/** What a request asks the limiter for. */
export function turnOf(
  { pace }: Pick<Protocol<never, unknown>, 'pace'>,
  chain: Chain,
  { priority, ignorePace }: Pick<RequestOptions, 'priority' | 'ignorePace'>,
): TurnOptions {
  const own = { ...(priority && { priority }), ...(ignorePace && { ignorePace }) }
  if (pace === undefined) return own
  const { everyMs, burst: tokens = 1, maxInFlight } = pace
  const windowMs = tokens * (typeof everyMs === 'number' ? everyMs : everyMs(chain))
  return { ...own, ...(maxInFlight && !ignorePace && { maxActive: maxInFlight }), pace: { tokens, windowMs } }
}
