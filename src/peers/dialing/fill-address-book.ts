import type { CandidateSource } from '../../platform/candidate-source.ts'
import { delay } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import type { Notifier } from '../../streams/notifier.ts'
import type { AdmitCandidate } from './admit-candidate.ts'

/** Between two turns of one source. */
const PAUSE_MS = 30_000
/** The same, while peers are lacking: of those that are known, most may be gone. */
const HURRIED_PAUSE_MS = 5_000
/** After a source failed, twice as long each time up to this. */
const MAX_PAUSE_MS = 10 * 60_000
/** What is wanted is counted over the whole book: not for each candidate that is known already. */
const COUNT_EVERY = 32

/** What gathering needs. */
export interface FillAddressBookOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly admitCandidate: AdmitCandidate
  /** How many candidates are still wanted. */
  wanted(): number
  /** True while peers are lacking. */
  isShort(): boolean
  /** Rung when more may be wanted. */
  readonly notifier: Notifier
  readonly signal: AbortSignal
}

/** Pulls from one source whenever candidates are wanted, until the signal aborts. Never rejects. */
export async function fillAddressBook(source: CandidateSource, options: FillAddressBookOptions): Promise<void> {
  const { clock, random, admitCandidate, wanted, isShort, notifier, signal } = options
  let failures = 0
  while (!signal.aborted) {
    try {
      while (wanted() <= 0) await notifier.wait(signal)
      let seen = 0
      for await (const candidate of source.candidates({ signal })) {
        signal.throwIfAborted()
        const taken = admitCandidate(candidate, source.name)
        if ((taken || ++seen % COUNT_EVERY === 0) && wanted() <= 0) break
      }
      failures = 0
    } catch {
      // A source that fails now may do better later: the others go on meanwhile.
      failures++
    }
    await pause(2 ** Math.min(failures, 10)).catch(() => {})
  }

  /** Wakes up early if peers are missing. */
  async function pause(factor: number): Promise<void> {
    const jittered = (ms: number): number => Math.min(MAX_PAUSE_MS, ms * factor) * (0.9 + random() / 5)
    const untilMs = clock.now() + jittered(PAUSE_MS)
    do await delay(Math.min(jittered(HURRIED_PAUSE_MS), untilMs - clock.now()), { clock, signal })
    while (clock.now() < untilMs && !isShort())
  }
}
