import type { TokenBucket } from '../../limits/token-bucket.ts'
import { delay, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'

/** Bytes a second, shared in turns by anyone who draws on it. */
export interface BandwidthLimiter {
  /** Takes leave to move so many bytes, if that can be had at once without overtaking anyone. */
  tryTake(bytes: number): boolean
  /** Waits for leave. First come, first served. @throws the signal's reason */
  take(bytes: number, signal: AbortSignal): Promise<void>
  /** True when `tryTake` would succeed. */
  readonly ready: boolean
  /** Takes without asking, here and above. */
  spend(bytes: number): void
}

interface Waiter {
  readonly bytes: number
  readonly signal: AbortSignal
  readonly leave: PromiseWithResolvers<void>
}

export interface BandwidthLimiterOptions {
  readonly clock: Clock
  readonly bucket: TokenBucket
  /** Whose leave is needed, too. Only one of ours waits there at a time: so those that share a parent take turns, however many wait behind each. */
  readonly parent?: BandwidthLimiter | undefined
}

/** Makes a {@link Pacer}. */
export function createBandwidthLimiter({ clock, bucket, parent }: BandwidthLimiterOptions): BandwidthLimiter {
  const waiting: Waiter[] = []
  let serving = false

  async function grant({ bytes, signal, leave }: Waiter): Promise<void> {
    try {
      for (let ms = bucket.waitMs(); ms > 0; ms = bucket.waitMs()) await delay(ms, { clock, signal })
      signal.throwIfAborted()
      await parent?.take(bytes, signal)
      bucket.spend(bytes)
      leave.resolve()
    } catch (reason) {
      leave.reject(reason)
    }
  }

  async function serve(): Promise<void> {
    if (serving) return
    serving = true
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await grant(next)
      waiting.shift()
    }
    serving = false
  }

  const bandwidthLimiter: BandwidthLimiter = {
    get ready() {
      return waiting.length === 0 && bucket.waitMs() === 0 && (parent?.ready ?? true)
    },
    spend(bytes) {
      bucket.spend(bytes)
      parent?.spend(bytes)
    },
    tryTake(bytes) {
      if (!bandwidthLimiter.ready) return false
      bandwidthLimiter.spend(bytes)
      return true
    },
    take(bytes, signal) {
      const leave = Promise.withResolvers<void>()
      waiting.push({ bytes, signal, leave })
      void serve()
      return raceSignal(leave.promise, signal)
    },
  }
  return bandwidthLimiter
}
