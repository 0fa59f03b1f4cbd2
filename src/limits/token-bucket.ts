import type { Clock } from '../streams/clock.ts'

/** Tokens that come at a steady rate and are saved up to a bound. It begins full. */
export interface TokenBucket {
  /** Takes tokens. More than there are may be taken: the debt is paid off before the next. */
  spend(tokens: number): void
  /** How long until there is a whole token, in milliseconds; 0 when there is one. */
  waitMs(): number
  /** True when nothing is lost by forgetting the bucket. */
  readonly full: boolean
}

export interface TokenBucketOptions {
  /** The most that is saved up. Infinity for no limit at all. */
  readonly capacity: number
  readonly perSecond: number
  readonly clock: Clock
}

/** Makes a {@link TokenBucket}. A wall clock set back takes no tokens away, and brings none until it moves on. */
export function createTokenBucket({ capacity, perSecond, clock }: TokenBucketOptions): TokenBucket {
  let tokens = capacity
  let atMs = clock.now()

  function refill(): void {
    const nowMs = clock.now()
    const gained = (Math.max(0, nowMs - atMs) * perSecond) / 1000
    if (gained > 0) tokens = Math.min(capacity, tokens + gained)
    atMs = nowMs
  }

  return {
    spend(wanted) {
      refill()
      tokens -= wanted
    },
    waitMs() {
      refill()
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - tokens) * 1000) / perSecond))
    },
    get full() {
      refill()
      return tokens >= capacity
    },
  }
}
