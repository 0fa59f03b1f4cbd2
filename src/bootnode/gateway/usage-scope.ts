import { createTokenBucket } from '../../limits/token-bucket.ts'
import type { Clock } from '../../streams/clock.ts'
import { type BandwidthLimiter, createBandwidthLimiter } from './bandwidth-limiter.ts'
import type { ScopeLimits } from './limits.ts'

/** Which bound of a scope was reached. */
export type ScopeBound = 'live' | 'dials' | 'bytes'

/** What one client, one network, or all together use. */
export interface UsageScope {
  readonly bandwidthLimiter: BandwidthLimiter
  /** Counts a request, unless there have been too many. @returns how long to wait when there have, in milliseconds; 0 otherwise */
  countDial(): number
  /** The bound that keeps another tunnel from opening here, and how long to wait. */
  full(): { readonly bound: ScopeBound; readonly waitMs: number } | undefined
  open(): void
  close(): void
  /** Counts bytes that were moved against the day's. */
  spend(bytes: number): void
  /** True once the day's bytes are used up. */
  readonly spent: boolean
  /** True when nothing is lost by forgetting it. */
  readonly idle: boolean
}

const DAY_S = 86_400
/** A guess: tunnels end when they end. */
const LIVE_WAIT_MS = 30_000

/** Makes a {@link Scope} within another. */
export function createUsageScope(limits: ScopeLimits, clock: Clock, parent?: UsageScope): UsageScope {
  const bucket = (capacity: number, perSecond: number) => createTokenBucket({ capacity, perSecond, clock })
  const dials = bucket(limits.dialBurst, limits.dialsPerMinute / 60)
  const speed = bucket(limits.burstBytes, limits.bytesPerSecond)
  const day = bucket(limits.bytesPerDay, limits.bytesPerDay / DAY_S)
  let live = 0
  return {
    bandwidthLimiter: createBandwidthLimiter({ clock, bucket: speed, parent: parent?.bandwidthLimiter }),
    countDial() {
      const waitMs = dials.waitMs()
      if (waitMs === 0) dials.spend(1)
      return waitMs
    },
    full() {
      if (live >= limits.live) return { bound: 'live', waitMs: LIVE_WAIT_MS }
      const waitMs = day.waitMs()
      return waitMs > 0 ? { bound: 'bytes', waitMs } : undefined
    },
    open: () => void live++,
    close: () => void live--,
    spend(bytes) {
      day.spend(bytes)
    },
    get spent() {
      return day.waitMs() > 0
    },
    get idle() {
      return live === 0 && dials.full && speed.full && day.full
    },
  }
}
