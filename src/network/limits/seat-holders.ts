import { TOO_MANY_PEERS } from '../../peers/handshake/goodbye.ts'
import type { SeatHolders } from '../../peers/limits/inbound-gate.ts'
import type { PeerInfo } from '../../peers/types.ts'
import type { Clock } from '../../streams/clock.ts'

/** What was asked for so recently shows that a client is at work. */
const RECENT_MS = 10 * 60_000
/** So many peers' last requests are remembered. */
const MAX_REMEMBERED = 10_000

/** What is known of the clients of a relay. */
export interface SeatSources {
  readonly clock: Pick<Clock, 'now'>
  /** The ready peer, if it is one. */
  peer(peerId: string): PeerInfo | undefined
  /** True for a peer that subscribes to a topic of ours. */
  isSubscriber(peerId: string): boolean
  disconnect(peerId: string, reason: string, code: number): Promise<void>
}

/** Judges the clients of a relay. */
export interface SeatKeeper extends SeatHolders {
  /** Takes note that a peer asked for data. */
  noteRequest(peerId: string): void
}

/** A client is of use that subscribes, or that asked for data lately; more so one that does both. Persistent peers stay. */
export function createSeatKeeper({ clock, peer, isSubscriber, disconnect }: SeatSources): SeatKeeper {
  const askedAtMs = new Map<string, number>()
  return {
    noteRequest(peerId) {
      askedAtMs.delete(peerId)
      askedAtMs.set(peerId, clock.now())
      if (askedAtMs.size > MAX_REMEMBERED) for (const oldest of askedAtMs.keys()) return void askedAtMs.delete(oldest)
    },
    value(peerId) {
      const info = peer(peerId)
      if (info === undefined) return 0
      if (info.persistent) return Number.POSITIVE_INFINITY
      const asks = clock.now() - (askedAtMs.get(peerId) ?? Number.NEGATIVE_INFINITY) < RECENT_MS
      return 1 + (isSubscriber(peerId) ? 2 : 0) + (asks ? 1 : 0)
    },
    release(peerId) {
      disconnect(peerId, 'its seat went to a peer of another address', TOO_MANY_PEERS).catch(() => {})
    },
  }
}
