import type { Listener } from '@libp2p/interface'
import { type Clock, systemClock } from '../../streams/clock.ts'

/** Anyone who hears nothing stops asking after half of it (RFC 7675, section 5.1). */
const REMEMBERED_MS = 60_000
const MAX_REMEMBERED = 1_024

/** What the listener of `@libp2p/webrtc` has, though its type does not say so: its connections by address, port and offer. */
interface Holding {
  connections?: unknown
}

/**
 * Has a WebRTC-direct listener leave questions unanswered that belong to a connection it has ended. It takes them for a new
 * offer otherwise, and its answers have Chromium, where the last word on a connection is lost one time in three, believe for
 * ever that it is still there. A dialer makes another offer with each dial.
 */
export function withStaleStunFilter(listener: Listener, clock: Pick<Clock, 'now'> = systemClock): Listener {
  const holding = listener as Listener & Holding
  if (holding.connections instanceof Map) holding.connections = new ConnectionsByOffer(clock)
  return listener
}

class ConnectionsByOffer extends Map<string, unknown> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #endedAtMs = new Map<string, number>()

  constructor(clock: Pick<Clock, 'now'>) {
    super()
    this.#clock = clock
  }

  /** The connection, or what stands for one that has ended. */
  override get(offer: string): unknown {
    return super.get(offer) ?? (this.#hasEnded(offer) ? 'ended' : undefined)
  }

  override delete(offer: string): boolean {
    if (!super.delete(offer)) return false
    const [oldest] = this.#endedAtMs.keys()
    if (oldest !== undefined && this.#endedAtMs.size >= MAX_REMEMBERED) this.#endedAtMs.delete(oldest)
    this.#endedAtMs.set(offer, this.#clock.now())
    return true
  }

  #hasEnded(offer: string): boolean {
    const endedAtMs = this.#endedAtMs.get(offer)
    if (endedAtMs === undefined) return false
    if (this.#clock.now() - endedAtMs < REMEMBERED_MS) return true
    this.#endedAtMs.delete(offer)
    return false
  }
}
