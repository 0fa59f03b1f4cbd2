import { LamparaError } from '../errors/index.ts'
import { pubsubVerdicts } from './gossipsub/pubsub.ts'
import { createMessageHandler } from './messages/message-handler.ts'
import { createPublish } from './messages/publish.ts'
import { openSubscription } from './messages/subscription.ts'
import { waitForSubscriber } from './messages/wait-for-subscriber.ts'
import type { GossipOptions } from './options.ts'
import { createJoinedTopics } from './registry/joined-topics.ts'
import { createTopicRegistry } from './registry/topic-registry.ts'
import type { TopicEntry } from './registry/topic-table.ts'
import type { Gossip, Topic } from './types.ts'

/** Gossip, and how to end it. */
export interface RunningGossip extends Gossip {
  /** How each topic stands, by its name. */
  topicStats(): ReadonlyMap<
    string,
    { readonly pending: number; readonly queued: number; readonly dropped: number; readonly subscribers: number }
  >
  /** Ends every subscription; what waits in them is still delivered. Idempotent. */
  stop(): void
}

/** Creates the gossip behaviour over a running gossipsub: joins, rotates, reads, judges and delivers. */
export function createGossip(options: GossipOptions): RunningGossip {
  const { pubsub, gossipsubConfig } = options
  const open = new Set<{ end(): void }>()
  let stopped = false
  const isStopped = (): boolean => stopped
  const registry = createTopicRegistry(gossipsubConfig.table, attachValidator)
  const joinedTopics = createJoinedTopics(options, registry)
  const handleMessage = createMessageHandler({
    ...options,
    registry,
    isJoined: joinedTopics.has,
    isForkTransition: joinedTopics.isForkTransition,
    isStopped,
  })
  const { publish, publishRaw } = createPublish({ ...options, registry, isStopped })

  /** Before joining and after leaving, too: what comes then is nobody's fault, and not to be kept. */
  function attachValidator({ topicString }: TopicEntry): void {
    pubsub.topicValidators.set(topicString, async (peer, { topic, data }) => {
      // A copy: in Node this is a Buffer, and a piece of a larger one that would be kept alive with it.
      const verdict = await handleMessage(
        peer.toString(),
        topic,
        new Uint8Array(data),
        gossipsubConfig.takeDecompressed(data),
      )
      const name = gossipsubConfig.table.get(topic)?.topic.name
      if (name !== undefined && joinedTopics.has(topic)) options.onMessage?.(name, verdict, data.length)
      return pubsubVerdicts[verdict]
    })
  }

  return {
    subscribe(topic, subscribeOptions = {}) {
      if (stopped) throw new LamparaError('stopped', `Cannot subscribe to ${topic.name}: the network has stopped`)
      const state = registry.of(topic)
      const subscribers = (): string[] => joinedTopics.subscribersOf(state.topic as Topic<unknown>)
      const opened = openSubscription(topic, subscribeOptions, {
        subscribers,
        waitForSubscriber: () =>
          waitForSubscriber(options, () => joinedTopics.currentSubscribersOf(state.topic as Topic<unknown>)),
        onRelease() {
          open.delete(opened)
          state.subscribers.delete(opened.subscriber)
          state.dropped += opened.subscriber.dropped()
          if (!stopped) joinedTopics.update()
        },
      })
      if (subscribeOptions.signal?.aborted) return opened.subscription
      open.add(opened)
      state.subscribers.add(opened.subscriber)
      joinedTopics.update()
      return opened.subscription
    },
    validate(topic, validator) {
      if (!topic.verifiable) {
        const reason = 'a light client cannot verify it, and must not forward it'
        throw new LamparaError('invalid_argument', `Cannot attach a validator to ${topic.name}: ${reason}`)
      }
      const state = registry.of(topic)
      if (state.attached !== undefined) {
        throw new LamparaError('invalid_argument', `Cannot attach a validator to ${topic.name}: it has one already`)
      }
      const attached = { validator, pending: 0 }
      state.attached = attached
      return () => {
        if (state.attached === attached) state.attached = undefined
      }
    },
    publish,
    publishRaw,
    topicStats() {
      return new Map(
        [...registry.all()].map((state) => {
          const { topic, subscribers: receivers, attached } = state
          let { dropped } = state
          let queued = 0
          for (const subscriber of receivers) {
            queued += subscriber.queued()
            dropped += subscriber.dropped()
          }
          const subscribers = joinedTopics.subscribersOf(topic).length
          return [topic.name, { pending: attached?.pending ?? 0, queued, dropped, subscribers }]
        }),
      )
    },
    stop() {
      if (stopped) return
      stopped = true
      joinedTopics.stop()
      for (const subscription of open) subscription.end()
    },
  }
}
