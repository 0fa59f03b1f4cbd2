import type { Hex } from '../chain/hex.ts'
import type { LamparaError } from '../errors/index.ts'

/** A peer as others see it: a read-only snapshot. */
export interface PeerView {
  readonly id: string
  /**
   * `connecting`: dialed, or connected and not through the greeting. `connected`: it counts, both Statuses match.
   * `disconnecting`: one of us has said goodbye. `disconnected`: its connection is closed.
   */
  readonly state: 'connecting' | 'connected' | 'disconnecting' | 'disconnected'
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  /** Named as a bootnode or as a peer to keep. */
  readonly persistent: boolean
  readonly agent?: string
  /** libp2p protocol ids that identify told. */
  readonly protocols: readonly string[]
  readonly status?: RemoteStatus
  /** As it was when the sequence number of its pings changed last. */
  readonly metadata?: RemoteMetadata
  /** 100 to −100; banned at −50. */
  readonly score: number
  /** When its connection opened; while it is dialed, when that began. Unix milliseconds, as all times here. */
  readonly connectedAtMs: number
  /** When it last showed anything that changed what is told of it here: an answered ping or Status, say. */
  readonly seenAtMs: number
  readonly latencyMs?: number
  /** When it last answered a request for data of ours in full; what greets and keeps a connection is none. */
  readonly servedAtMs?: number
  /** Its signed node record, where the address book has one. */
  readonly enr?: string
  /** Why it leaves or left, in words. */
  readonly leaveReason?: string
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

/** How grave a peer's fault is: fatal bans at once, the others after some repetition. */
export type Offence = 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance'

/** What happens to peers. */
export type PeerEvent =
  | { readonly type: 'peer:connected'; readonly peer: PeerView }
  | { readonly type: 'peer:disconnected'; readonly peer: PeerView; readonly reason: string }
  | { readonly type: 'peer:banned'; readonly peerId: string; readonly reason: string; readonly untilMs: number }
  | { readonly type: 'dial:failed'; readonly address: string; readonly error: LamparaError }
