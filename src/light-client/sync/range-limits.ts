import { isLamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import type { Clock } from '../../streams/clock.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'

/** How long a peer that refuses even one update is not asked for updates: Lighthouse gives one in ten seconds. */
const REFUSED_MS = { first: 10_000, most: 60_000 } as const
/** Peers that are remembered. */
const MAX_PEERS = 256

/** Failures that a smaller request may not meet: the peer refuses this much, or stops in the middle. */
const TOO_MUCH: ReadonlySet<LamparaErrorCode> = new Set<LamparaErrorCode>([
  'rate_limited',
  'request_invalid',
  'resource_unavailable',
  'server_error',
  'response_code_unknown',
  'first_byte_timeout',
  'chunk_timeout',
  'total_timeout',
  'unexpected_end',
])

interface Limit {
  readonly count: number
  readonly notBeforeMs: number
  readonly waitMs: number
}

/** How many updates to ask each peer for at once: real nodes limit ranges, each in its own way. */
export interface RangeLimits {
  /** The count to ask a peer for. */
  limit(peer: string, wanted: number): number
  /** False while a peer that refused a single update is left alone. */
  mayAsk(peer: string): boolean
  noteProgress(peer: string): void
  /** A request for so many failed. @returns true when the peer may be asked again at once, for fewer */
  noteFailure(peer: string, error: unknown, asked: number): boolean
}

/** Creates limits that know no peer yet. */
export function createRangeLimits(clock: Pick<Clock, 'now'>): RangeLimits {
  const limits = new Map<string, Limit>()

  function set(peer: string, limit: Limit): void {
    limits.delete(peer)
    limits.set(peer, limit)
    dropOldest(limits, MAX_PEERS)
  }

  return {
    limit: (peer, wanted) => Math.min(wanted, limits.get(peer)?.count ?? wanted),
    mayAsk: (peer) => clock.now() >= (limits.get(peer)?.notBeforeMs ?? 0),
    noteProgress(peer) {
      const known = limits.get(peer)
      if (known !== undefined) set(peer, { ...known, waitMs: REFUSED_MS.first })
    },
    noteFailure(peer, error, asked) {
      if (!isLamparaError(error) || !TOO_MUCH.has(error.code)) return false
      const waitMs = limits.get(peer)?.waitMs ?? REFUSED_MS.first
      if (asked > 1) {
        // Each refusal for asking too much makes the next request wait longer: no time to try all sizes.
        const count = error.code === 'rate_limited' ? 1 : Math.floor(asked / 2)
        set(peer, { count, notBeforeMs: 0, waitMs })
        return true
      }
      set(peer, { count: 1, notBeforeMs: clock.now() + waitMs, waitMs: Math.min(2 * waitMs, REFUSED_MS.most) })
      return false
    },
  }
}
