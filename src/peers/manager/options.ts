import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Chain } from '../../chain/index.ts'
import type { Clock } from '../../streams/clock.ts'
import type { DialOptions } from '../connections/dial.ts'
import type { OwnFinality } from '../handshake/relevance.ts'
import type { PersistentPeer } from '../persistent/persistent-peers.ts'
import type { PeerScores } from '../scoring/peer-scores.ts'
import type { PeerEvent, RemoteMetadata, RemoteStatus } from '../types.ts'

/** Requests that the peer manager sends; handed in, since behaviours do not import each other. */
export interface PeerRequests {
  exchangeStatus(peerId: string, signal: AbortSignal): Promise<RemoteStatus>
  /** Resolves to the sequence number of the peer's metadata. */
  ping(peerId: string, signal: AbortSignal): Promise<bigint>
  requestMetadata(peerId: string, signal: AbortSignal): Promise<RemoteMetadata>
  sendGoodbye(peerId: string, code: number, signal: AbortSignal): Promise<void>
}

/** What the peer manager works with; all of it is handed in. */
export interface PeerManagerOptions {
  readonly libp2p: Pick<Libp2p, 'peerId' | 'getConnections' | 'addEventListener' | 'removeEventListener'> & {
    readonly peerStore: Pick<Libp2p['peerStore'], 'delete'>
  }
  readonly dialer: DialOptions['dialer']
  readonly chain: Chain
  readonly clock: Clock
  readonly requests: PeerRequests
  readonly scores: PeerScores
  readonly persistentPeers: readonly PersistentPeer[]
  /** The most bootnodes to hold at once. @default all of them */
  readonly maxBootnodes?: number | undefined
  /** How often peers are pinged, by who dialed. */
  readonly pingMs: { readonly inbound: number; readonly outbound: number }
  readonly random?: () => number
  /** Those addresses that can be dialed here, the best first. */
  rank(addresses: readonly Multiaddr[]): readonly Multiaddr[]
  /** Our own finalized checkpoint, once there is one. */
  ownFinality(): OwnFinality | undefined
  /** The node record that the address book has of a peer. */
  enrOf(peerId: string): string | undefined
  onEvent(event: PeerEvent): void
  /** Called whenever `unreachable()` may have changed. */
  onReachability(): void
}
