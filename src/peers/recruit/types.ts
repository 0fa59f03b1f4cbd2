import type { Multiaddr } from '@multiformats/multiaddr'
import type { AddressEntry } from '../address-book/entry.ts'
import type { Loss } from '../back-off.ts'
import type { PeerView } from '../types.ts'

/** How many peers are wanted. */
export interface RecruitLimits {
  /** Peers that are to count, kept ones included. Strangers that dial us come on top: whoever does must not choose our peers. */
  readonly target: number
  /** The most that we dial; kept peers do not count. */
  readonly maxOutbound: number
  /** Dials under way at once. */
  readonly maxDialing: number
  /** Connections to one part of the network, as `groupOf()` tells it; kept peers do not count, nor do private addresses. */
  readonly maxPerGroup: number
  /** Candidates to know of. */
  readonly pool: number
}

/** What the recruiter needs of the peer manager. */
export interface RecruitHost {
  /** Peers with a connection, whether they count yet or not. */
  connected(): readonly Pick<PeerView, 'id' | 'address' | 'direction' | 'persistent'>[]
  /** Peers that count. */
  counted(): readonly PeerView[]
  /** Calls back after each change of either. @returns how to stop */
  watch(callback: () => void): () => void
  /** Connects, and resolves when the peer counts. @throws LamparaError why it does not */
  reach(
    peerId: string,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ): Promise<{ readonly view: PeerView; readonly lost: Promise<Loss> }>
  /** Says goodbye and closes. @param code - of the goodbye; 1, client shutdown, by default */
  leave(peerId: string, reason: string, code?: number): Promise<void>
  canDial(address: string): boolean
  /** True when the peer is banned, is ourselves, or is kept by other means. */
  isTaken(peerId: string): boolean
  /** True for one that is not to be dialed for now, though what is told of it is taken. @default none */
  passesOver?(entry: AddressEntry): boolean
}
