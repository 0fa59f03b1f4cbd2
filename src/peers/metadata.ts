import type { PeerWire } from './options.ts'
import type { Roster } from './roster.ts'

/**
 * Asks peers that count for their metadata: once for each sequence number that their pings tell, whatever comes of it
 * (phase0/p2p-interface.md, "Ping").
 *
 * @returns takes the sequence number of a ping, or of its answer
 */
export function createMetadataKeeper(options: {
  readonly wire: Pick<PeerWire, 'askMetadata'>
  readonly roster: Pick<Roster, 'get' | 'changed'>
}): (peerId: string, sequence: bigint) => void {
  const { wire, roster } = options
  return (peerId, sequence) => {
    const peer = roster.get(peerId)
    if (peer?.state !== 'counted' || peer.sequence === sequence) return
    peer.sequence = sequence
    wire.askMetadata(peerId, peer.life.signal).then(
      (metadata) => {
        peer.metadata = metadata
        roster.changed(peer)
      },
      () => {},
    )
  }
}
