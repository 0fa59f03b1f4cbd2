import type { Hex } from '../chain/hex.ts'
import type { LamparaError } from '../errors/index.ts'

/** A peer as others see it: a read-only snapshot. */
export interface PeerView {
  readonly id: string
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  /** Named as a bootnode or as a peer to keep. */
  readonly persistent: boolean
  readonly agent?: string
  /** libp2p protocol ids that identify told. */
  readonly protocols: readonly string[]
  readonly status?: RemoteStatus
  /** 100 to −100; banned at −50. */
  readonly score: number
  readonly connectedAtMs: number
  readonly latencyMs?: number
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

/** How grave a peer's fault is: fatal bans at once, the others after some repetition. */
export type Offence = 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance'

/** What happens to peers. */
export type PeerEvent =
  | { readonly type: 'peer:connected'; readonly peer: PeerView }
  | { readonly type: 'peer:disconnected'; readonly peer: PeerView; readonly reason: string }
  | { readonly type: 'peer:banned'; readonly peerId: string; readonly reason: string; readonly untilMs: number }
  | { readonly type: 'dial:failed'; readonly address: string; readonly error: LamparaError }
