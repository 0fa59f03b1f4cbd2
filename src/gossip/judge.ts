import { isLamparaError, LamparaError, messageOf } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { Attached } from './channel.ts'
import type { TopicEntry } from './topic-table.ts'
import type { GossipMessage, Verdict } from './types.ts'

/** Messages that may wait for one validator at once. More are ignored: a validator that hangs must not fill the memory. */
const MAX_PENDING = 256
/** Gossip that is older has gone round by other ways: within six heartbeats nodes forget what they could repeat. */
const VERDICT_MS = 4_000

/** The verdict on a message, and what went wrong in finding it. */
export interface Judgement {
  readonly verdict: Verdict
  readonly error?: LamparaError
}

/** Asks a validator, and waits so long. Never throws: a validator that fails, or is late, has ignored. */
export async function judge(
  attached: Attached<unknown>,
  entry: TopicEntry,
  message: GossipMessage<unknown>,
  clock: Clock,
): Promise<Judgement> {
  if (attached.pending >= MAX_PENDING) return failed(entry, `${MAX_PENDING} messages wait for it already`)
  const limit = deadline({ clock, afterMs: VERDICT_MS, error: () => new Error(`no verdict within ${VERDICT_MS} ms`) })
  try {
    const verdict = await raceSignal(ask(attached, entry, message), limit.signal)
    if (verdict === 'accept' || verdict === 'ignore' || verdict === 'reject') return { verdict }
    return failed(entry, `"${String(verdict)}" is no verdict`)
  } catch (error) {
    return failed(entry, messageOf(error), error)
  } finally {
    limit.cancel()
  }
}

/** Counts the message as pending until the validator is done with it, however late. */
async function ask(
  attached: Attached<unknown>,
  entry: TopicEntry,
  { message, from, receivedAtMs }: GossipMessage<unknown>,
): Promise<Verdict> {
  attached.pending++
  try {
    return await attached.validator(message, {
      from,
      forkDigest: entry.digest,
      fork: entry.fork.name,
      receivedAtMs,
    })
  } finally {
    attached.pending--
  }
}

function failed(entry: TopicEntry, reason: string, cause?: unknown): Judgement {
  const message = `Cannot validate a message of ${entry.topicString}: ${reason}`
  return { verdict: 'ignore', error: isLamparaError(cause) ? cause : new LamparaError('internal', message, { cause }) }
}
