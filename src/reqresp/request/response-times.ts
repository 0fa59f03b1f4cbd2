import type { Clock } from '../../streams/clock.ts'

/** Records kept; when there are more, all is measured again. */
const MAX_RECORDS = 1_024
/** A measurement is news for so long: then the peer may have another try. */
const FRESH_MS = 10 * 60_000
/** The weight of the newest measurement in the mean. */
const NEWEST = 0.3
/** Less says more of the round trip than of the bandwidth. */
const MIN_TELLING_BYTES = 16_384
/** Ten light-client updates, about: what bandwidths are compared by. */
const BULK_BYTES = 262_144
/** Anyone who has not begun to answer within this is slower than a peer of which nothing is known. */
const SLOW_MS = 300

/** How quickly a peer answers a method: moving averages. */
export interface Speed {
  /** From asking to the first byte of the answer, in milliseconds. */
  readonly firstByteMs: number
  /** Bytes a second from there on; undefined until an answer was long enough to tell. */
  readonly bytesPerS?: number
}

/** What an answer has shown, or the want of one; times by the clock, in milliseconds. */
export interface AttemptStats {
  readonly askedAtMs: number
  /** When the first byte came, if it came. */
  readonly begunAtMs?: number
  readonly bytes: number
  /** Waited for our own caller since the first byte. */
  readonly idleMs: number
}

/** The measured speed of peers, by peer and method: bounded, and forgotten after ten minutes. */
export interface ResponseTimes {
  of(key: string): Speed | undefined
  /** Takes note of an answer that is over now. */
  note(key: string, sample: AttemptStats): void
}

interface Entry extends Speed {
  readonly atMs: number
}

/** Creates an empty record. */
export function createResponseTimes(clock: Clock): ResponseTimes {
  const entries = new Map<string, Entry>()

  function of(key: string): Entry | undefined {
    const entry = entries.get(key)
    return entry && Math.abs(clock.now() - entry.atMs) < FRESH_MS ? entry : undefined
  }

  return {
    of,
    note(key, { askedAtMs, begunAtMs, bytes, idleMs }) {
      const known = of(key)
      const nowMs = clock.now()
      const waitedMs = (begunAtMs ?? nowMs) - askedAtMs
      // Without an answer all that is known is that it takes longer than this.
      if (begunAtMs === undefined && waitedMs <= (known?.firstByteMs ?? SLOW_MS)) return
      const firstByteMs = begunAtMs === undefined ? waitedMs : mean(known?.firstByteMs, waitedMs)
      const readMs = nowMs - (begunAtMs ?? nowMs) - idleMs
      const telling = readMs > 0 && bytes >= MIN_TELLING_BYTES
      const bytesPerS = telling ? mean(known?.bytesPerS, (bytes / readMs) * 1_000) : known?.bytesPerS
      if (entries.size >= MAX_RECORDS) entries.clear()
      entries.set(key, { firstByteMs, ...(bytesPerS && { bytesPerS }), atMs: nowMs })
    },
  }
}

/** How long an answer takes by these means, in milliseconds, to compare peers by. */
export function expectedMs({ firstByteMs, bytesPerS }: Speed): number {
  return firstByteMs + (bytesPerS === undefined ? 0 : (BULK_BYTES / bytesPerS) * 1_000)
}

function mean(known: number | undefined, newest: number): number {
  return known === undefined ? newest : known + NEWEST * (newest - known)
}
