import { LamparaError } from '../../errors/index.ts'
import { raceSignal } from '../../streams/abort.ts'
import { createQueue } from '../../streams/queue.ts'
import type { Subscriber } from '../registry/topic-state.ts'
import type { GossipMessage, SubscribeOptions, Subscription, Topic } from '../types.ts'

const DEFAULT_MAX_QUEUED = 64
const DEFAULT_MAX_QUEUED_BYTES = 32 * 1024 * 1024

/** What a subscription needs of the gossip that it belongs to. */
export interface SubscriptionHost {
  /** Peers that subscribe to the topic too. */
  subscribers(): readonly string[]
  /** Resolves once one of them would also be sent what we publish, and we what they do. */
  waitForSubscriber(): { readonly reached: Promise<void>; cancel(): void }
  onRelease(): void
}

/** A subscription with the end that fills it. */
export interface OpenSubscription<Message> {
  readonly subscription: Subscription<Message>
  readonly subscriber: Subscriber<Message>
  /** Ends it as the network does when it stops: what waits is still delivered. */
  end(): void
}

/** Creates a subscription. @throws LamparaError `invalid_argument` when `maxQueued` is no whole number from 1, or `maxQueuedBytes` not above 0 */
export function openSubscription<Message>(
  topic: Topic<Message>,
  options: SubscribeOptions,
  host: SubscriptionHost,
): OpenSubscription<Message> {
  const { maxQueued = DEFAULT_MAX_QUEUED, overflow = 'drop-oldest', signal, includeIgnored = false } = options
  const { maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES } = options
  if (!(maxQueuedBytes > 0)) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot subscribe to ${topic.name}: maxQueuedBytes ${maxQueuedBytes} holds nothing`,
    )
  }
  const waits = new Set<(error: unknown) => void>()
  let ended: LamparaError | undefined
  let isRead = false
  const queue = createQueue<GossipMessage<Message>>({
    maxQueued,
    overflow,
    maxWeight: maxQueuedBytes,
    weightOf: ({ data, raw }) => data.length + raw.length,
    signal,
    onRelease() {
      ended = new LamparaError('stopped', `Cannot wait for peers on topic ${topic.name}: the subscription is over`)
      for (const fail of waits) fail(signal?.aborted ? signal.reason : ended)
      host.onRelease()
    },
  })

  async function ready(own?: AbortSignal): Promise<void> {
    own?.throwIfAborted()
    if (ended !== undefined) throw signal?.aborted ? signal.reason : ended
    const wait = host.waitForSubscriber()
    const over = Promise.withResolvers<never>()
    waits.add(over.reject)
    try {
      await raceSignal(Promise.race([wait.reached, over.promise]), own)
    } finally {
      waits.delete(over.reject)
      wait.cancel()
    }
  }

  return {
    subscriber: {
      includeIgnored,
      push: (message) => void queue.push(message),
      // One that nobody reads is there to join the topic only.
      queued: () => (isRead ? queue.size : 0),
      dropped: () => (isRead ? queue.dropped : 0),
    },
    end: () => queue.end(),
    subscription: {
      topic,
      get dropped() {
        return queue.dropped
      },
      get queued() {
        return queue.size
      },
      get peers() {
        return host.subscribers()
      },
      ready: (waitOptions = {}) => ready(waitOptions.signal),
      stop: () => queue.end(),
      [Symbol.asyncIterator]() {
        isRead = true
        return queue[Symbol.asyncIterator]()
      },
    },
  }
}
