import type { Multiaddr } from '@multiformats/multiaddr'
import type { AddressEntry } from '../address-book/entry.ts'
import type { DisconnectInfo } from '../persistent/back-off.ts'
import type { PeerInfo } from '../types.ts'

/** How many peers are wanted. */
export interface CandidateDialerLimits {
  /** Peers that are to count, persistent ones included. Unknown peers that dial us come on top: a peer that does must not choose our peers. */
  readonly target: number
  /** The most that we dial; persistent peers do not count. */
  readonly maxOutbound: number
  /** Dials under way at once. */
  readonly maxDialing: number
  /** Connections to one network group, as `networkGroupOf()` tells it; persistent peers do not count, nor do private addresses. */
  readonly maxPerSubnet: number
  /** Candidates to know of. */
  readonly pool: number
}

/** What the candidate dialer uses of the peer manager. */
export interface CandidateDialerHost {
  /** Peers with a connection, whether they count yet or not. */
  connected(): readonly Pick<PeerInfo, 'id' | 'address' | 'direction' | 'persistent'>[]
  /** Ready peers. */
  ready(): readonly PeerInfo[]
  /** Calls back after each change of either. @returns how to stop */
  watch(callback: () => void): () => void
  /** Connects, and resolves when the peer is ready. @throws LamparaError why it does not */
  connect(
    peerId: string,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ): Promise<{ readonly peer: PeerInfo; readonly disconnected: Promise<DisconnectInfo> }>
  /** Says goodbye and closes. @param code - of the goodbye; 1, client shutdown, by default */
  disconnect(peerId: string, reason: string, code?: number): Promise<void>
  canDial(address: string): boolean
  /** True when the peer is banned, is this node, or is persistent. */
  isExcluded(peerId: string): boolean
  /** True for a candidate that is not to be dialed for now. @default none */
  shouldSkip?(entry: AddressEntry): boolean
}
