import type { Chain } from '../chain/index.ts'
import type { LamparaError } from '../errors/index.ts'
import type { Clock } from '../streams/clock.ts'
import type { GossipsubConfig } from './gossipsub/gossipsub-config.ts'
import type { Pubsub } from './gossipsub/pubsub.ts'
import type { Verdict } from './types.ts'

/** What gossip works with; all of it is handed in. */
export interface GossipOptions {
  readonly pubsub: Pubsub
  /** What `pubsub` was made with. */
  readonly gossipsubConfig: GossipsubConfig
  readonly chain: Chain
  readonly clock: Clock
  /** True when our own gossip stream to the peer is open. */
  hasOutboundStream(peerId: string): boolean
  /** A peer handed us what no honest one would. */
  onPenalty(peerId: string, penalty: 'low-tolerance', reason: string): void
  /** A peer handed us something new that the validator accepted. */
  onAccepted(peerId: string): void
  /** Takes note of a message and its verdict; those of topics that are not joined do not count. */
  onMessage?(topic: string, verdict: Verdict, bytes: number): void
  /** Takes note of a message of ours, and how many peers it was sent to. */
  onPublished?(topic: string, recipients: number): void
  /** A validator threw, was late, or answered with no verdict. The message counts as ignored. */
  onValidatorFailed(topic: string, error: LamparaError): void
}
