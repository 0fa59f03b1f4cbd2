import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { CancelTimer, Clock } from '../../streams/clock.ts'

const GOSSIP_PROTOCOL = /^\/meshsub\//
const SWEEP_MS = 10_000
/** Gossipsub opens its streams one at a time, and waits for each: a crowd takes a while. */
const MISSING_CHECKS = 3

/** True when our own gossip stream to the peer is open: what we publish reaches it, and it knows what we subscribe to. */
export function hasGossipStream(libp2p: Pick<Libp2p, 'getConnections'>, peerId: string): boolean {
  return libp2p
    .getConnections(peerIdFromString(peerId))
    .some(({ streams }) =>
      streams.some(
        ({ protocol, direction, status }) =>
          direction === 'outbound' && status === 'open' && GOSSIP_PROTOCOL.test(protocol),
      ),
    )
}

/**
 * Watches for peers that speak gossip but have no stream from us. Gossipsub never opens one again once it broke, as a full
 * buffer or a reconnection at the wrong moment does, and the peer stays deaf: only a new connection helps.
 *
 * @param onMissingStream - called with a peer that was deaf at three looks in a row, ten seconds apart
 * @returns how to stop
 */
export function watchGossipStreams(
  libp2p: Pick<Libp2p, 'getConnections'>,
  clock: Clock,
  gossipPeers: () => readonly string[],
  onMissingStream: (peerId: string) => void,
): () => void {
  let checks = new Map<string, number>()
  let cancel: CancelTimer

  function sweep(): void {
    const missing = gossipPeers().filter((peerId) => !hasGossipStream(libp2p, peerId))
    checks = new Map(missing.map((peerId) => [peerId, (checks.get(peerId) ?? 0) + 1]))
    for (const [peerId, count] of checks) {
      if (count === MISSING_CHECKS) onMissingStream(peerId)
    }
    cancel = clock.setTimer(sweep, SWEEP_MS)
  }

  cancel = clock.setTimer(sweep, SWEEP_MS)
  return () => cancel()
}

/** True when one of a peer's protocols is gossipsub. */
export function supportsGossip(protocols: readonly string[]): boolean {
  return protocols.some((protocol) => GOSSIP_PROTOCOL.test(protocol))
}
