import type { GossipOptions } from '../options.ts'
import type { Topic } from '../types.ts'
import { followRotation } from './rotation.ts'
import type { TopicRegistry } from './topic-registry.ts'
import type { TopicEntry } from './topic-table.ts'

/** Topics that gossipsub is subscribed to: those with subscribers, under each digest in force. */
export interface JoinedTopics {
  has(topicString: string): boolean
  /** True while topics go by more than one digest. */
  isForkTransition(): boolean
  /** Joins what is wanted now and leaves the rest. */
  update(): void
  /** Peers that are in the topic too, under any of its present digests. */
  subscribersOf(topic: Topic<unknown>): string[]
  /** Stops following the forks. What is joined stays so. */
  stop(): void
}

/** Subscribes and unsubscribes, and follows the forks from now on. */
export function createJoinedTopics(
  { pubsub, gossipsubConfig, chain, clock }: Pick<GossipOptions, 'pubsub' | 'gossipsubConfig' | 'chain' | 'clock'>,
  registry: TopicRegistry,
): JoinedTopics {
  const joined = new Set<string>()
  const rotation = followRotation(chain, clock, update)

  function update(): void {
    const wanted = new Map<string, boolean>()
    for (const { topic, subscribers } of registry.all()) {
      if (subscribers.size === 0) continue
      for (const entry of entriesOf(topic)) wanted.set(entry.topicString, topic.mesh)
    }
    for (const [name, mesh] of wanted) {
      if (joined.has(name)) continue
      joined.add(name)
      pubsub.subscribe(name, mesh)
    }
    for (const name of joined) {
      if (wanted.has(name)) continue
      joined.delete(name)
      pubsub.unsubscribe(name)
    }
  }

  function entriesOf(topic: Topic<unknown>): TopicEntry[] {
    return rotation.current.flatMap(({ digest }) => gossipsubConfig.table.find(topic, digest) ?? [])
  }

  return {
    has: (topicString) => joined.has(topicString),
    isForkTransition: () => rotation.current.length > 1,
    update,
    subscribersOf(topic) {
      const peers = entriesOf(topic).flatMap(({ topicString }) => pubsub.getSubscribers(topicString))
      return [...new Set(peers.map((peer) => peer.toString()))]
    },
    stop: rotation.stop,
  }
}
