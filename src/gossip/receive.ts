import { LamparaError, messageOf } from '../errors/index.ts'
import { deliver } from './channel.ts'
import type { Channels } from './channels.ts'
import { judge } from './judge.ts'
import type { GossipOptions } from './options.ts'
import { type ReadMessage, readMessage } from './read-message.ts'
import { createSeenAcrossForks } from './seen-across-forks.ts'
import type { TopicEntry } from './topic-table.ts'
import type { GossipMessage, Verdict } from './types.ts'

/** What receiving needs. */
export interface ReceiveOptions
  extends Pick<GossipOptions, 'router' | 'chain' | 'clock' | 'onOffence' | 'onAccepted' | 'onValidatorFailed'> {
  readonly channels: Channels
  isJoined(topicString: string): boolean
  /** True while topics go by more than one digest. */
  isSeam(): boolean
  isStopped(): boolean
}

/** Takes a payload as it came, from a peer, on a topic. Gossipsub forwards what this accepts, and only that. */
export type Receive = (
  from: string,
  topicString: string,
  raw: Uint8Array,
  /** The payload's decompressed data, where it is at hand. */
  opened?: Uint8Array,
) => Promise<Verdict>

/** Creates what everything that comes is read, judged and delivered by. */
export function createReceive(options: ReceiveOptions): Receive {
  const { chain, clock, channels, isJoined, isSeam, isStopped, onOffence, onAccepted, onValidatorFailed } = options
  const { table } = options.router
  const seen = createSeenAcrossForks()

  /** What cannot be read is the sender's fault, unless it is the codec's. */
  function turnAway(from: string, entry: TopicEntry, error: unknown): Verdict {
    const { name } = entry.topic
    if (error instanceof LamparaError) {
      onOffence(from, 'low-tolerance', `unreadable message on ${name}: ${error.code}`)
      return 'reject'
    }
    const message = `Cannot decode a message of ${entry.topicString}: ${messageOf(error)}`
    onValidatorFailed(name, new LamparaError('internal', message, { cause: error }))
    return 'ignore'
  }

  return async (from, topicString, raw, opened) => {
    const entry = table.get(topicString)
    const channel = entry && channels.get(entry.topic.name)
    if (isStopped() || entry === undefined || channel === undefined || !isJoined(topicString)) return 'ignore'
    const receivedAtMs = clock.now()
    let read: ReadMessage
    try {
      read = readMessage(chain, entry, raw, opened)
    } catch (error) {
      return turnAway(from, entry, error)
    }
    // Hashing costs as much as all the rest: only while there is another digest to have come by.
    if (isSeam() && seen.repeats(entry, read.data)) return 'ignore'
    const { data, message: content, misplaced } = read
    const base = {
      topic: channel.topic,
      topicString,
      forkDigest: entry.digest,
      raw,
      from,
      receivedAtMs,
      data,
      message: content,
    }
    const { attached } = channel
    if (attached === undefined) {
      deliver(channel, { ...base, verified: false }, false)
      return 'ignore'
    }
    const message: GossipMessage<unknown> = { ...base, verified: true }
    const { verdict, error } = await judge(attached, entry, message, clock)
    if (error !== undefined) onValidatorFailed(channel.topic.name, error)
    if (isStopped()) return 'ignore'
    if (verdict === 'accept') {
      onAccepted(from)
      deliver(channel, message, false)
    } else if (verdict === 'ignore') {
      deliver(channel, { ...base, verified: false }, true)
    } else {
      onOffence(from, 'low-tolerance', `invalid message on ${channel.topic.name}`)
    }
    // Others would reject it: to them it is the forwarder's fault.
    return misplaced && verdict === 'accept' ? 'ignore' : verdict
  }
}
