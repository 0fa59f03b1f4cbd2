import type { GossipMessage, GossipValidator, Topic } from '../types.ts'

/** One subscription of a topic. */
export interface Subscriber<Message> {
  readonly includeIgnored: boolean
  push(message: GossipMessage<Message>): void
  /** Messages that wait, and those that were dropped. */
  queued(): number
  dropped(): number
}

/** A validator with its pending messages. */
export interface AttachedValidator<Message> {
  readonly validator: GossipValidator<Message>
  /** Messages with the validator now. */
  pending: number
}

/** State of one topic, under whatever digest. */
export interface TopicState<Message> {
  readonly topic: Topic<Message>
  readonly subscribers: Set<Subscriber<Message>>
  attached: AttachedValidator<Message> | undefined
  /** Messages that subscriptions dropped which are over. */
  dropped: number
}

/** Creates the state of a topic without subscribers. */
export function createTopicState<Message>(topic: Topic<Message>): TopicState<Message> {
  return { topic, subscribers: new Set(), attached: undefined, dropped: 0 }
}

/** Delivers to all subscribers; ignored messages only on request. */
export function deliver<Message>(state: TopicState<Message>, message: GossipMessage<Message>, ignored: boolean): void {
  for (const subscriber of state.subscribers) {
    if (!ignored || subscriber.includeIgnored) subscriber.push(message)
  }
}
