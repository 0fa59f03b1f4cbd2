import type { Channels } from './channels.ts'
import type { GossipOptions } from './options.ts'
import { followRotation } from './rotation.ts'
import type { TopicEntry } from './topic-table.ts'
import type { Topic, TopicDelivery } from './types.ts'

/** Which topics gossipsub is in: those that somebody listens to, under each digest that the time asks for. */
export interface Joining {
  has(topicString: string): boolean
  /** True while topics go by more than one digest. */
  isSeam(): boolean
  /** Joins what is wanted now and leaves the rest. */
  update(): void
  /** Peers that are in the topic too, under any of its present digests. */
  subscribersOf(topic: Topic<unknown>): string[]
  /** Stops following the forks. What is joined stays so. */
  stop(): void
}

/** Creates what joins and leaves, and follows the forks from now on. */
export function createJoining(
  { pubsub, router, chain, clock }: Pick<GossipOptions, 'pubsub' | 'router' | 'chain' | 'clock'>,
  channels: Channels,
): Joining {
  const joined = new Set<string>()
  const rotation = followRotation(chain, clock, update)

  function update(): void {
    const wanted = new Map<string, TopicDelivery>()
    for (const { topic, receivers } of channels.all()) {
      if (receivers.size === 0) continue
      for (const entry of entriesOf(topic)) wanted.set(entry.topicString, topic.delivery)
    }
    for (const [name, delivery] of wanted) {
      if (joined.has(name)) continue
      joined.add(name)
      pubsub.subscribe(name, delivery)
    }
    for (const name of joined) {
      if (wanted.has(name)) continue
      joined.delete(name)
      pubsub.unsubscribe(name)
    }
  }

  function entriesOf(topic: Topic<unknown>): TopicEntry[] {
    return rotation.current.flatMap(({ digest }) => router.table.find(topic, digest) ?? [])
  }

  return {
    has: (topicString) => joined.has(topicString),
    isSeam: () => rotation.current.length > 1,
    update,
    subscribersOf(topic) {
      const peers = entriesOf(topic).flatMap(({ topicString }) => pubsub.getSubscribers(topicString))
      return [...new Set(peers.map((peer) => peer.toString()))]
    },
    stop: rotation.stop,
  }
}
