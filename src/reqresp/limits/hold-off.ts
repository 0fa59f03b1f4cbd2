import type { LamparaErrorCode } from '../../errors/index.ts'
import type { Clock } from '../../streams/clock.ts'

/** Waits double from the first to the longest of these while a peer goes on refusing. */
interface Waits {
  readonly firstMs: number
  readonly mostMs: number
}

/** Beacon nodes count requests over 10 to 15 s. */
const RATE_LIMITED: Waits = { firstMs: 10_000, mostMs: 60_000 }
const FAILED: Waits = { firstMs: 1_000, mostMs: 120_000 }

/** What ends in a pause for the method with that peer: refusals in so many words, and slowness. */
const waitsOf: Partial<Record<LamparaErrorCode, Waits>> = {
  rate_limited: RATE_LIMITED,
  request_invalid: FAILED,
  server_error: FAILED,
  response_code_unknown: FAILED,
  first_byte_timeout: FAILED,
  chunk_timeout: FAILED,
}

/** Pauses that are remembered before those that are over are swept out, at the least. */
const MIN_SWEEP_SIZE = 1_024
/** A refusal that long after the last pause begins with the shortest one again. */
const FORGET_MS = 10 * 60_000

/** For how long requests are held back from peers that refused some. */
export interface HoldOffs {
  /** Takes note of how a request failed: some failures hold back the next requests of that key. */
  failed(key: string, code: LamparaErrorCode): void
  /** Takes note of a complete answer: nothing is held back any more. */
  succeeded(key: string): void
  /** How long requests of a key are held back still, in milliseconds. */
  waitMs(key: string): number
}

/** Creates an empty record. Bounded by what failed within ten minutes. */
export function createHoldOffs(clock: Pick<Clock, 'now'>): HoldOffs {
  const held = new Map<string, { readonly waitMs: number; readonly fromMs: number }>()
  let sweepSize = MIN_SWEEP_SIZE

  const isOver = ({ waitMs, fromMs }: { waitMs: number; fromMs: number }): boolean =>
    Math.abs(clock.now() - fromMs) > waitMs + FORGET_MS

  return {
    failed(key, code) {
      const waits = waitsOf[code]
      if (waits === undefined) return
      const before = held.get(key)
      const doubled = before === undefined || isOver(before) ? 0 : 2 * before.waitMs
      const waitMs = Math.min(waits.mostMs, Math.max(waits.firstMs, doubled))
      held.set(key, { waitMs, fromMs: clock.now() })
      if (held.size < sweepSize) return
      for (const [other, entry] of held) if (isOver(entry)) held.delete(other)
      sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * held.size)
    },
    succeeded: (key) => void held.delete(key),
    waitMs(key) {
      const entry = held.get(key)
      if (entry === undefined) return 0
      // Never longer than the pause itself: the clock may have been set back.
      return Math.max(0, Math.min(entry.waitMs, entry.fromMs + entry.waitMs - clock.now()))
    },
  }
}
