import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub'
import type { Verdict } from './types.ts'

/** As much of gossipsub as gossip here needs. */
export type Pubsub = Pick<
  GossipSub,
  | 'topicValidators'
  | 'subscribe'
  | 'unsubscribe'
  | 'getSubscribers'
  | 'publish'
  | 'addEventListener'
  | 'removeEventListener'
>

/** Verdicts as gossipsub has them. */
export const pubsubVerdicts: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}
