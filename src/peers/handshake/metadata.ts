import type { PeerRequests } from '../manager/options.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'

/**
 * Asks ready peers for their metadata: once for each sequence number that their pings tell, whatever comes of it
 * (phase0/p2p-interface.md, "Ping").
 *
 * @returns takes the sequence number of a ping, or of its answer
 */
export function createMetadataFetcher(options: {
  readonly requests: Pick<PeerRequests, 'requestMetadata'>
  readonly registry: Pick<PeerRegistry, 'get' | 'changed'>
}): (peerId: string, sequence: bigint) => void {
  const { requests, registry } = options
  return (peerId, sequence) => {
    const peer = registry.get(peerId)
    if (peer?.state !== 'ready' || peer.sequence === sequence) return
    peer.sequence = sequence
    requests.requestMetadata(peerId, peer.abortController.signal).then(
      (metadata) => {
        peer.metadata = metadata
        registry.changed(peer)
      },
      () => {},
    )
  }
}
