import type { PeerView } from '../peers/types.ts'

/** Sorts after every measured one. */
const UNKNOWN_LATENCY_MS = 1e9

/** A method as far as choosing goes. */
interface Offered {
  readonly id: string
}

/**
 * Peers in the order to ask them: those that identify told to offer the method first, by score, then latency.
 * A peer whose protocols are not known yet may still be asked, last; one that is known to lack the method is not.
 */
export function choosePeers(peers: readonly PeerView[], protocol: Offered): readonly PeerView[] {
  return peers
    .filter((peer) => peer.protocols.length === 0 || peer.protocols.includes(protocol.id))
    .toSorted(
      (a, b) =>
        Number(b.protocols.length > 0) - Number(a.protocols.length > 0) ||
        b.score - a.score ||
        (a.latencyMs ?? UNKNOWN_LATENCY_MS) - (b.latencyMs ?? UNKNOWN_LATENCY_MS),
    )
}
