import { LamparaError, messageOf } from '../../errors/index.ts'
import type { GossipOptions } from '../options.ts'
import type { TopicRegistry } from '../registry/topic-registry.ts'
import { deliver } from '../registry/topic-state.ts'
import type { TopicEntry } from '../registry/topic-table.ts'
import type { GossipMessage, Verdict } from '../types.ts'
import { type ReadMessage, readMessage } from './read-message.ts'
import { runValidator } from './run-validator.ts'
import { createSeenAcrossForks } from './seen-across-forks.ts'

/** Options of `createMessageHandler()`. */
export interface MessageHandlerOptions
  extends Pick<
    GossipOptions,
    'gossipsubConfig' | 'chain' | 'clock' | 'onPenalty' | 'onAccepted' | 'onValidatorFailed'
  > {
  readonly registry: TopicRegistry
  isJoined(topicString: string): boolean
  /** True while topics go by more than one digest. */
  isForkTransition(): boolean
  isStopped(): boolean
}

/** Handles one message from a peer. Gossipsub forwards what this accepts, and only that. */
export type MessageHandler = (
  from: string,
  topicString: string,
  raw: Uint8Array,
  /** The payload's decompressed data, where it is available. */
  decompressed?: Uint8Array,
) => Promise<Verdict>

/** Creates the handler that reads, validates and delivers messages. */
export function createMessageHandler(options: MessageHandlerOptions): MessageHandler {
  const { chain, clock, registry, isJoined, isForkTransition, isStopped, onPenalty, onAccepted, onValidatorFailed } =
    options
  const { table } = options.gossipsubConfig
  const seen = createSeenAcrossForks()

  /** Decode failure: penalise the sender unless the codec itself threw. */
  function rejectUnreadable(from: string, entry: TopicEntry, error: unknown): Verdict {
    const { name } = entry.topic
    if (error instanceof LamparaError) {
      onPenalty(from, 'low-tolerance', `unreadable message on ${name}: ${error.code}`)
      return 'reject'
    }
    const message = `Cannot decode a message of ${entry.topicString}: ${messageOf(error)}`
    onValidatorFailed(name, new LamparaError('internal', message, { cause: error }))
    return 'ignore'
  }

  return async (from, topicString, raw, decompressed) => {
    const entry = table.get(topicString)
    const state = entry && registry.get(entry.topic.name)
    if (isStopped() || entry === undefined || state === undefined || !isJoined(topicString)) return 'ignore'
    const receivedAtMs = clock.now()
    let read: ReadMessage
    try {
      read = readMessage(chain, entry, raw, decompressed)
    } catch (error) {
      return rejectUnreadable(from, entry, error)
    }
    // Hashing costs as much as all the rest: only while there is another digest to have come by.
    if (isForkTransition() && seen.repeats(entry, read.data)) return 'ignore'
    const { data, message: content, misplaced } = read
    const base = {
      topic: state.topic,
      topicString,
      forkDigest: entry.digest,
      raw,
      from,
      receivedAtMs,
      data,
      message: content,
    }
    const { attached } = state
    if (attached === undefined) {
      deliver(state, { ...base, verified: false }, false)
      return 'ignore'
    }
    const message: GossipMessage<unknown> = { ...base, verified: true }
    const { verdict, error } = await runValidator(attached, entry, message, clock)
    if (error !== undefined) onValidatorFailed(state.topic.name, error)
    if (isStopped()) return 'ignore'
    if (verdict === 'accept') {
      onAccepted(from)
      deliver(state, message, false)
    } else if (verdict === 'ignore') {
      deliver(state, { ...base, verified: false }, true)
    } else {
      onPenalty(from, 'low-tolerance', `invalid message on ${state.topic.name}`)
    }
    // Others would reject it: to them it is the forwarder's fault.
    return misplaced && verdict === 'accept' ? 'ignore' : verdict
  }
}
