import type { Topic } from '../types.ts'
import { createTopicState, type TopicState } from './topic-state.ts'
import type { TopicEntry, TopicTable } from './topic-table.ts'

/** The state of each topic that the program uses. */
export interface TopicRegistry {
  /** The topic's state, created at first use. @throws LamparaError `invalid_argument` for a name taken twice */
  of<Message>(topic: Topic<Message>): TopicState<Message>
  get(topicName: string): TopicState<unknown> | undefined
  all(): Iterable<TopicState<unknown>>
}

/** Creates an empty registry. @param onAdded - called once for each topic and digest that became known */
export function createTopicRegistry(table: TopicTable, onAdded: (entry: TopicEntry) => void): TopicRegistry {
  const states = new Map<string, TopicState<unknown>>()
  return {
    of<Message>(topic: Topic<Message>) {
      // The table refuses a second declaration of a name, so a channel always has its own topic's messages.
      for (const entry of table.add(topic as Topic<unknown>)) onAdded(entry)
      let state = states.get(topic.name)
      if (state === undefined) {
        state = createTopicState(topic as Topic<unknown>)
        states.set(topic.name, state)
      }
      return state as unknown as TopicState<Message>
    },
    get: (name) => states.get(name),
    all: () => states.values(),
  }
}
