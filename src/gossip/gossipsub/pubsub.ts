import type { GossipSub, TopicValidatorFn, TopicValidatorResult } from '@libp2p/gossipsub'
import type { Verdict } from '../types.ts'

/** What of gossipsub's events gossip here listens to. */
export type PubsubEvent = 'subscription-change' | 'gossipsub:heartbeat'

/** As much of gossipsub as gossip here needs. */
export interface Pubsub extends Pick<GossipSub, 'unsubscribe' | 'getSubscribers' | 'publish'> {
  /** Joins a topic; its mesh, too, unless it is a lazy one. */
  subscribe(topic: string, mesh: boolean): void
  readonly topicValidators: { set(topic: string, validator: TopicValidatorFn): unknown }
  addEventListener(type: PubsubEvent, listener: () => void): void
  removeEventListener(type: PubsubEvent, listener: () => void): void
}

/** Verdicts as gossipsub has them: its enum's own values, so that its code need not be loaded to name them. */
export const pubsubVerdicts: Readonly<Record<Verdict, TopicValidatorResult>> = {
  accept: 'accept' as TopicValidatorResult,
  ignore: 'ignore' as TopicValidatorResult,
  reject: 'reject' as TopicValidatorResult,
}
