import type { GossipMessage, GossipValidator, Topic } from './types.ts'

/** Who wants the messages of a topic. */
export interface Receiver<Message> {
  readonly includeIgnored: boolean
  push(message: GossipMessage<Message>): void
  /** Messages that wait, and those that were dropped. */
  queued(): number
  dropped(): number
}

/** A validator with what is before it: whoever attaches another starts with nothing pending. */
export interface Attached<Message> {
  readonly validator: GossipValidator<Message>
  /** Messages with the validator now. */
  pending: number
}

/** One topic as the program sees it, whatever digest it goes by. */
export interface Channel<Message> {
  readonly topic: Topic<Message>
  readonly receivers: Set<Receiver<Message>>
  attached: Attached<Message> | undefined
  /** Messages that subscriptions dropped which are over. */
  dropped: number
}

/** Creates a channel that nobody listens to yet. */
export function createChannel<Message>(topic: Topic<Message>): Channel<Message> {
  return { topic, receivers: new Set(), attached: undefined, dropped: 0 }
}

/** Hands a message to everyone who wants it. Ignored ones go to those who asked for them. */
export function deliver<Message>(channel: Channel<Message>, message: GossipMessage<Message>, ignored: boolean): void {
  for (const receiver of channel.receivers) {
    if (!ignored || receiver.includeIgnored) receiver.push(message)
  }
}
