import { epochOfSlot, forkDigestAtEpoch, slotAtMs } from '../../chain/index.ts'
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
  /**
   * Those that subscribe under the digest that is in force, so that a message published now reaches them; under any digest where
   * the topic has none yet.
   */
  currentSubscribersOf(topic: Topic<unknown>): string[]
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

  function subscribersOfEntries(entries: readonly TopicEntry[]): string[] {
    const peers = entries.flatMap(({ topicString }) => pubsub.getSubscribers(topicString))
    return [...new Set(peers.map((peer) => peer.toString()))]
  }

  return {
    has: (topicString) => joined.has(topicString),
    isForkTransition: () => rotation.current.length > 1,
    update,
    subscribersOf: (topic) => subscribersOfEntries(entriesOf(topic)),
    currentSubscribersOf(topic) {
      const digest = forkDigestAtEpoch(chain, Math.max(0, epochOfSlot(chain, slotAtMs(chain, clock.now()))))
      const current = gossipsubConfig.table.find(topic, digest)
      return subscribersOfEntries(current === undefined ? entriesOf(topic) : [current])
    },
    stop: rotation.stop,
  }
}
