import { type Chain, epochOfSlot, forkDigestAtEpoch, type Hex, slotAtMs } from '../chain/index.ts'
import { LamparaError, messageOf } from '../errors/index.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'
import { compressBlock, parseTopic } from '../wire/index.ts'
import { type Channel, createChannel, deliver } from './channel.ts'
import { judge } from './judge.ts'
import { type Pubsub, pubsubVerdicts } from './pubsub.ts'
import { type ReadMessage, readMessage } from './read-message.ts'
import { followRotation } from './rotation.ts'
import type { GossipRouter } from './router.ts'
import { createSeenAcrossForks } from './seen-across-forks.ts'
import { openSubscription } from './subscription.ts'
import type { TopicEntry } from './topic-table.ts'
import type { Gossip, GossipMessage, Topic, Verdict } from './types.ts'

/** How often a wait for peers looks again: streams open without an event. */
const REACHABLE_CHECK_MS = 50

/** What gossip works with; all of it is handed in. */
export interface GossipOptions {
  readonly pubsub: Pubsub
  /** What `pubsub` was made with. */
  readonly router: GossipRouter
  readonly chain: Chain
  readonly clock: Clock
  /** True when our own gossip stream to the peer is open. */
  isReachable(peerId: string): boolean
  /** A peer handed us what no honest one would. */
  onOffence(peerId: string, offence: 'low-tolerance', reason: string): void
  /** A peer handed us something new that the validator accepted. */
  onAccepted(peerId: string): void
  /** A validator threw, or answered with no verdict. The message counts as ignored. */
  onValidatorFailed(topic: string, error: LamparaError): void
}

/** Gossip, and how to end it. */
export interface RunningGossip extends Gossip {
  /** Ends every subscription; what waits in them is still delivered. Idempotent. */
  stop(): void
}

/** Creates the gossip behaviour over a running gossipsub: joins, rotates, reads, judges and delivers. */
export function createGossip(options: GossipOptions): RunningGossip {
  const { pubsub, chain, clock } = options
  const { table, maxPublishBytes } = options.router
  const channels = new Map<string, Channel<unknown>>()
  const open = new Set<{ end(): void }>()
  const joined = new Set<string>()
  const seen = createSeenAcrossForks()
  let stopped = false
  const rotation = followRotation(chain, clock, join)

  function channelOf<Message>(topic: Topic<Message>): Channel<Message> {
    // The table refuses a second declaration of a name, so a channel always has its own topic's messages.
    const added = table.add(topic as Topic<unknown>)
    // Before joining and after leaving, too: what comes then is nobody's fault, and not to be kept.
    for (const entry of added)
      pubsub.topicValidators.set(entry.topicString, async (peer, { topic: name, data }) => {
        // A copy: in Node this is a Buffer, and a piece of a larger one that would be kept alive with it.
        return pubsubVerdicts[await receive(peer.toString(), name, new Uint8Array(data))]
      })
    let channel = channels.get(topic.name)
    if (channel === undefined) {
      channel = createChannel(topic as Topic<unknown>)
      channels.set(topic.name, channel)
    }
    return channel as unknown as Channel<Message>
  }

  /** Joins what is wanted now and leaves the rest. */
  function join(): void {
    const wanted = new Set<string>()
    for (const { topic, receivers } of channels.values()) {
      if (receivers.size === 0) continue
      for (const entry of entriesOf(topic)) wanted.add(entry.topicString)
    }
    for (const name of wanted) {
      if (joined.has(name)) continue
      joined.add(name)
      pubsub.subscribe(name)
    }
    for (const name of joined) {
      if (wanted.has(name)) continue
      joined.delete(name)
      pubsub.unsubscribe(name)
    }
  }

  function entriesOf(topic: Topic<unknown>): TopicEntry[] {
    return rotation.current.flatMap(({ digest }) => table.find(topic, digest) ?? [])
  }

  /** Everything that comes. Gossipsub forwards what this accepts, and only that; delivery is from here. */
  async function receive(from: string, name: string, raw: Uint8Array): Promise<Verdict> {
    const entry = table.get(name)
    const channel = entry && channels.get(entry.topic.name)
    if (stopped || entry === undefined || channel === undefined || !joined.has(name)) return 'ignore'
    const receivedAtMs = clock.now()
    let read: ReadMessage
    try {
      read = readMessage(chain, entry, raw)
    } catch (error) {
      return turnAway(from, entry, error)
    }
    if (seen.repeats(entry, read.data)) return 'ignore'
    const base = { topic: channel.topic, topicString: name, forkDigest: entry.digest, raw, from, receivedAtMs, ...read }
    if (channel.validator === undefined) {
      deliver(channel, { ...base, verified: false }, false)
      return 'ignore'
    }
    const message: GossipMessage<unknown> = { ...base, verified: true }
    const { verdict, error } = await judge(channel, entry, message)
    if (error !== undefined) options.onValidatorFailed(channel.topic.name, error)
    if (stopped) return 'ignore'
    if (verdict === 'accept') {
      options.onAccepted(from)
      deliver(channel, message, false)
    } else if (verdict === 'ignore') {
      deliver(channel, { ...base, verified: false }, true)
    } else {
      options.onOffence(from, 'low-tolerance', `invalid message on ${channel.topic.name}`)
    }
    return verdict
  }

  /** What cannot be read is the sender's fault, unless it is the codec's. */
  function turnAway(from: string, entry: TopicEntry, error: unknown): Verdict {
    const { name } = entry.topic
    if (error instanceof LamparaError) {
      options.onOffence(from, 'low-tolerance', `unreadable message on ${name}: ${error.code}`)
      return 'reject'
    }
    const message = `Cannot decode a message of ${entry.topicString}: ${messageOf(error)}`
    options.onValidatorFailed(name, new LamparaError('internal', message, { cause: error }))
    return 'ignore'
  }

  function subscribersOf(topic: Topic<unknown>): string[] {
    const peers = entriesOf(topic).flatMap(({ topicString }) => pubsub.getSubscribers(topicString))
    return [...new Set(peers.map((peer) => peer.toString()))]
  }

  function untilReachable(topic: Topic<unknown>): { reached: Promise<void>; cancel(): void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    let cancelTimer: CancelTimer = () => {}
    function check(): void {
      cancelTimer()
      const subscribers = subscribersOf(topic)
      if (subscribers.some(options.isReachable)) {
        cancel()
        resolve()
      } else if (subscribers.length > 0) cancelTimer = clock.setTimer(check, REACHABLE_CHECK_MS)
    }
    function cancel(): void {
      cancelTimer()
      pubsub.removeEventListener('subscription-change', check)
      pubsub.removeEventListener('gossipsub:heartbeat', check)
    }
    pubsub.addEventListener('subscription-change', check)
    pubsub.addEventListener('gossipsub:heartbeat', check)
    check()
    return { reached: promise, cancel }
  }

  async function publishRaw(name: string, raw: Uint8Array): Promise<number> {
    parseTopic(name)
    if (stopped) throw new LamparaError('stopped', `Cannot publish on ${name}: the network has stopped`)
    if (raw.length > maxPublishBytes) {
      const reason = `${raw.length} bytes are more than a peer's buffer takes, ${maxPublishBytes}`
      throw new LamparaError('publish_failed', `Cannot publish on ${name}: ${reason}`)
    }
    // Gossipsub would take it for published, and never send it again to whoever comes.
    if (!pubsub.getSubscribers(name).some((peer) => options.isReachable(peer.toString()))) return 0
    try {
      const { recipients } = await pubsub.publish(name, raw)
      return recipients.length
    } catch (error) {
      throw LamparaError.from(error, 'publish_failed', `Cannot publish on ${name}`)
    }
  }

  function presentDigest(): Hex {
    return forkDigestAtEpoch(chain, epochOfSlot(chain, slotAtMs(chain, clock.now())))
  }

  return {
    subscribe(topic, subscribeOptions = {}) {
      if (stopped) throw new LamparaError('stopped', `Cannot subscribe to ${topic.name}: the network has stopped`)
      const channel = channelOf(topic)
      const untyped = channel.topic as Topic<unknown>
      const opened = openSubscription(topic, subscribeOptions, {
        subscribers: () => subscribersOf(untyped),
        untilReachable: () => untilReachable(untyped),
        onRelease() {
          open.delete(opened)
          channel.receivers.delete(opened.receiver)
          if (!stopped) join()
        },
      })
      if (subscribeOptions.signal?.aborted) return opened.subscription
      open.add(opened)
      channel.receivers.add(opened.receiver)
      join()
      return opened.subscription
    },
    validate(topic, validator) {
      const channel = channelOf(topic)
      if (channel.validator !== undefined) {
        throw new LamparaError('invalid_argument', `Cannot attach a validator to ${topic.name}: it has one already`)
      }
      channel.validator = validator
      return () => {
        if (channel.validator === validator) channel.validator = undefined
      }
    },
    async publish(topic, message, { forkDigest } = {}) {
      const channel = channelOf(topic)
      const digest = forkDigest ?? topic.digestOf?.(message, chain) ?? presentDigest()
      const entry = table.find(channel.topic as Topic<unknown>, digest)
      if (entry === undefined) {
        const reason = `${chain.name} has no such topic under fork digest ${digest}`
        throw new LamparaError('publish_failed', `Cannot publish on ${topic.name}: ${reason}`)
      }
      const bytes = topic.encode(message, { chain, fork: entry.fork.name })
      if (bytes.length > entry.maxBytes) {
        const reason = `${bytes.length} bytes are more than ${entry.maxBytes}`
        throw new LamparaError('publish_failed', `Cannot publish on ${topic.name}: ${reason}`)
      }
      return publishRaw(entry.topicString, compressBlock(bytes))
    },
    publishRaw,
    stop() {
      if (stopped) return
      stopped = true
      rotation.stop()
      for (const subscription of open) subscription.end()
    },
  }
}
