import { type Channel, createChannel } from './channel.ts'
import type { TopicEntry, TopicTable } from './topic-table.ts'
import type { Topic } from './types.ts'

/** One channel for each topic that the program has named. */
export interface Channels {
  /** The topic's channel, made when it is first asked for. @throws LamparaError `invalid_argument` for a name taken twice */
  of<Message>(topic: Topic<Message>): Channel<Message>
  get(topicName: string): Channel<unknown> | undefined
  all(): Iterable<Channel<unknown>>
}

/**
 * Creates an empty set of channels.
 *
 * @param onAdded - called once for each topic and digest that became known
 */
export function createChannels(table: TopicTable, onAdded: (entry: TopicEntry) => void): Channels {
  const channels = new Map<string, Channel<unknown>>()
  return {
    of<Message>(topic: Topic<Message>) {
      // The table refuses a second declaration of a name, so a channel always has its own topic's messages.
      for (const entry of table.add(topic as Topic<unknown>)) onAdded(entry)
      let channel = channels.get(topic.name)
      if (channel === undefined) {
        channel = createChannel(topic as Topic<unknown>)
        channels.set(topic.name, channel)
      }
      return channel as unknown as Channel<Message>
    },
    get: (name) => channels.get(name),
    all: () => channels.values(),
  }
}
