import { LamparaError } from '../errors/index.ts'
import { createChannels } from './channels.ts'
import { createJoining } from './joining.ts'
import type { GossipOptions } from './options.ts'
import { createPublish } from './publish.ts'
import { pubsubVerdicts } from './pubsub.ts'
import { createReceive } from './receive.ts'
import { openSubscription } from './subscription.ts'
import type { TopicEntry } from './topic-table.ts'
import type { Gossip, Topic } from './types.ts'
import { untilReachable } from './until-reachable.ts'

/** Gossip, and how to end it. */
export interface RunningGossip extends Gossip {
  /** How each topic stands, by its name. */
  standing(): ReadonlyMap<
    string,
    { readonly pending: number; readonly queued: number; readonly dropped: number; readonly subscribers: number }
  >
  /** Ends every subscription; what waits in them is still delivered. Idempotent. */
  stop(): void
}

/** Creates the gossip behaviour over a running gossipsub: joins, rotates, reads, judges and delivers. */
export function createGossip(options: GossipOptions): RunningGossip {
  const { pubsub, router } = options
  const open = new Set<{ end(): void }>()
  let stopped = false
  const isStopped = (): boolean => stopped
  const channels = createChannels(router.table, listen)
  const joining = createJoining(options, channels)
  const receive = createReceive({ ...options, channels, isJoined: joining.has, isSeam: joining.isSeam, isStopped })
  const { publish, publishRaw } = createPublish({ ...options, channels, isStopped })

  /** Before joining and after leaving, too: what comes then is nobody's fault, and not to be kept. */
  function listen({ topicString }: TopicEntry): void {
    pubsub.topicValidators.set(topicString, async (peer, { topic, data }) => {
      // A copy: in Node this is a Buffer, and a piece of a larger one that would be kept alive with it.
      const verdict = await receive(peer.toString(), topic, new Uint8Array(data), router.takeOpened(data))
      const name = router.table.get(topic)?.topic.name
      if (name !== undefined && joining.has(topic)) options.onMessage?.(name, verdict, data.length)
      return pubsubVerdicts[verdict]
    })
  }

  return {
    subscribe(topic, subscribeOptions = {}) {
      if (stopped) throw new LamparaError('stopped', `Cannot subscribe to ${topic.name}: the network has stopped`)
      const channel = channels.of(topic)
      const subscribers = (): string[] => joining.subscribersOf(channel.topic as Topic<unknown>)
      const opened = openSubscription(topic, subscribeOptions, {
        subscribers,
        untilReachable: () => untilReachable(options, subscribers),
        onRelease() {
          open.delete(opened)
          channel.receivers.delete(opened.receiver)
          channel.dropped += opened.receiver.dropped()
          if (!stopped) joining.update()
        },
      })
      if (subscribeOptions.signal?.aborted) return opened.subscription
      open.add(opened)
      channel.receivers.add(opened.receiver)
      joining.update()
      return opened.subscription
    },
    validate(topic, validator) {
      if (!topic.verifiable) {
        const reason = 'a light client cannot verify it, and must not forward it'
        throw new LamparaError('invalid_argument', `Cannot attach a validator to ${topic.name}: ${reason}`)
      }
      const channel = channels.of(topic)
      if (channel.attached !== undefined) {
        throw new LamparaError('invalid_argument', `Cannot attach a validator to ${topic.name}: it has one already`)
      }
      const attached = { validator, pending: 0 }
      channel.attached = attached
      return () => {
        if (channel.attached === attached) channel.attached = undefined
      }
    },
    publish,
    publishRaw,
    standing() {
      return new Map(
        [...channels.all()].map((channel) => {
          const { topic, receivers, attached } = channel
          let { dropped } = channel
          let queued = 0
          for (const receiver of receivers) {
            queued += receiver.queued()
            dropped += receiver.dropped()
          }
          const subscribers = joining.subscribersOf(topic).length
          return [topic.name, { pending: attached?.pending ?? 0, queued, dropped, subscribers }]
        }),
      )
    },
    stop() {
      if (stopped) return
      stopped = true
      joining.stop()
      for (const subscription of open) subscription.end()
    },
  }
}
