import { type Chain, type Fork, forkDigests, type Hex } from '../../chain/index.ts'
import { isLamparaError, LamparaError } from '../../errors/index.ts'
import { topicString } from '../../wire/index.ts'
import type { Topic } from '../types.ts'

/** A topic under one fork digest. */
export interface TopicEntry {
  readonly topic: Topic<unknown>
  readonly topicString: string
  readonly digest: Hex
  readonly fork: Fork
  /** The most bytes that a message may have, decompressed. */
  readonly maxBytes: number
}

/** Every topic that the program has named, under every digest that the chain will have. */
export interface TopicTable {
  /**
   * Makes a topic known.
   *
   * @returns the topic under each digest that has it; none when it was known already
   * @throws LamparaError `invalid_argument` when another declaration has the name
   */
  add(topic: Topic<unknown>): readonly TopicEntry[]
  get(topicString: string): TopicEntry | undefined
  /** A topic under a digest; undefined where the fork has no such topic. */
  find(topic: Topic<unknown>, digest: Hex): TopicEntry | undefined
}

/** Creates an empty table. */
export function createTopicTable(chain: Chain): TopicTable {
  const topics = new Map<string, Topic<unknown>>()
  const entries = new Map<string, TopicEntry>()

  return {
    add(topic) {
      const known = topics.get(topic.name)
      if (known === topic) return []
      if (known !== undefined) {
        throw new LamparaError('invalid_argument', `Cannot use topic "${topic.name}": it is declared otherwise already`)
      }
      topics.set(topic.name, topic)
      const added = forkDigests(chain).flatMap(({ digest, fork }): TopicEntry[] => {
        const maxBytes = boundOf(topic, chain, fork)
        if (maxBytes === undefined) return []
        return [{ topic, topicString: topicString(digest, topic.name), digest, fork, maxBytes }]
      })
      for (const entry of added) entries.set(entry.topicString, entry)
      return added
    },
    get: (name) => entries.get(name),
    find: (topic, digest) => entries.get(topicString(digest, topic.name)),
  }
}

function boundOf(topic: Topic<unknown>, chain: Chain, fork: Fork): number | undefined {
  try {
    return topic.maxBytes(chain, fork.name)
  } catch (error) {
    if (isLamparaError(error, 'fork_unknown')) return undefined
    throw error
  }
}
