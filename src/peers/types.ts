import type { Hex } from '../chain/hex.ts'
import type { LamparaError } from '../errors/index.ts'

/** A read-only snapshot of a peer. */
export interface PeerInfo {
  readonly id: string
  /**
   * `connecting`: dialed, or connected and not through the handshake. `connected`: it counts, both Statuses match.
   * `disconnecting`: one of us has said goodbye. `disconnected`: its connection is closed.
   */
  readonly state: 'connecting' | 'connected' | 'disconnecting' | 'disconnected'
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  /** True for bootnodes and static peers. */
  readonly persistent: boolean
  readonly agent?: string
  /** libp2p protocol ids that it reported by identify. */
  readonly protocols: readonly string[]
  readonly status?: RemoteStatus
  /** As it was when the sequence number of its pings changed last. */
  readonly metadata?: RemoteMetadata
  /** 100 to −100; banned at −50. */
  readonly score: number
  /** When its connection opened; while it is dialed, when that began. Unix milliseconds, as all times here. */
  readonly connectedAtMs: number
  /** When it last showed anything that changed what is reported about it here: an answered ping or Status, say. */
  readonly seenAtMs: number
  readonly latencyMs?: number
  /** When it last fully answered a data request (Status, Ping, Metadata and Goodbye excluded). */
  readonly lastServedAtMs?: number
  /** Its ENR, where the address book has one. */
  readonly enr?: string
  /** Why it disconnects or disconnected. */
  readonly disconnectReason?: string
}

/** A peer's Status message. */
export interface RemoteStatus {
  readonly forkDigest: Hex
  readonly finalizedRoot: Hex
  readonly finalizedEpoch: number
  readonly headRoot: Hex
  readonly headSlot: number
  /** Status v2 only. */
  readonly earliestAvailableSlot?: number
}

/** A peer's metadata. */
export interface RemoteMetadata {
  readonly sequenceNumber: number
  /** Attestation subnets that it is on for long. */
  readonly attnets: readonly number[]
  /** Sync-committee subnets; version 2 on. */
  readonly syncnets?: readonly number[]
  /** Version 3 only. */
  readonly custodyGroupCount?: number
}

/** How far this machine's clock seems to be from the time of its peers. */
export interface ClockSkew {
  /** To be added to this machine's clock: positive when it is slow, negative when it is fast. Known to about a slot. */
  readonly offsetMs: number
  /** Independent origins that support the estimate. */
  readonly agreeing: number
  /** Independent origins that were heard. */
  readonly of: number
}

/** Severity of misbehaviour: `fatal` bans at once, the others after some repetition. */
export type PeerPenalty = 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance'

/** What happens to peers. */
export type PeerEvent =
  | { readonly type: 'peer:connected'; readonly peer: PeerInfo }
  | { readonly type: 'peer:disconnected'; readonly peer: PeerInfo; readonly reason: string }
  | { readonly type: 'peer:banned'; readonly peerId: string; readonly reason: string; readonly untilMs: number }
  | { readonly type: 'dial:failed'; readonly address: string; readonly error: LamparaError }
