import { isLamparaError, LamparaError, messageOf } from '../errors/index.ts'
import type { Channel } from './channel.ts'
import type { TopicEntry } from './topic-table.ts'
import type { GossipMessage, Verdict } from './types.ts'

/** Messages that may wait for one validator at once. More are ignored: a validator that hangs must not fill the memory. */
const MAX_PENDING = 256

/** The verdict on a message, and what went wrong in finding it. */
export interface Judgement {
  readonly verdict: Verdict
  readonly error?: LamparaError
}

/** Asks a channel's validator. Never throws: a validator that fails has ignored. */
export async function judge(
  channel: Channel<unknown>,
  entry: TopicEntry,
  { message, from, receivedAtMs }: GossipMessage<unknown>,
): Promise<Judgement> {
  const { validator } = channel
  if (validator === undefined) return { verdict: 'ignore' }
  if (channel.pending >= MAX_PENDING) return failed(entry, `${MAX_PENDING} messages wait for it already`)
  channel.pending++
  try {
    const context = { from, forkDigest: entry.digest, fork: entry.fork.name, receivedAtMs }
    const verdict = await validator(message, context)
    if (verdict === 'accept' || verdict === 'ignore' || verdict === 'reject') return { verdict }
    return failed(entry, `"${String(verdict)}" is no verdict`)
  } catch (error) {
    return failed(entry, messageOf(error), error)
  } finally {
    channel.pending--
  }
}

function failed(entry: TopicEntry, reason: string, cause?: unknown): Judgement {
  const message = `Cannot validate a message of ${entry.topicString}: ${reason}`
  return { verdict: 'ignore', error: isLamparaError(cause) ? cause : new LamparaError('internal', message, { cause }) }
}
