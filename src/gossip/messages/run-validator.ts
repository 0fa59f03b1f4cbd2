import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AttachedValidator } from '../registry/topic-state.ts'
import type { TopicEntry } from '../registry/topic-table.ts'
import type { GossipMessage, Verdict } from '../types.ts'

/** Messages that may wait for one validator at once. More are ignored: a validator that hangs must not fill the memory. */
const MAX_PENDING = 256
/** Later verdicts are useless: the message has left gossipsub's cache. */
const VERDICT_MS = 4_000

/** A validator's verdict, and the error if it failed. */
export interface ValidationResult {
  readonly verdict: Verdict
  readonly error?: LamparaError
}

/** Runs a validator with a time limit. Never throws: a validator that fails or is too slow counts as `ignore`. */
export async function runValidator(
  attached: AttachedValidator<unknown>,
  entry: TopicEntry,
  message: GossipMessage<unknown>,
  clock: Clock,
): Promise<ValidationResult> {
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
  attached: AttachedValidator<unknown>,
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

function failed(entry: TopicEntry, reason: string, cause?: unknown): ValidationResult {
  const message = `Cannot validate a message of ${entry.topicString}: ${reason}`
  return { verdict: 'ignore', error: isLamparaError(cause) ? cause : new LamparaError('internal', message, { cause }) }
}
