import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import { delay } from '../../streams/abort.ts'
import type { Bell } from '../../streams/bell.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { groupOf } from '../address-book/address-group.ts'

/** Between two turns of one source. */
const PAUSE_MS = 30_000
/** The same, while peers are lacking: of those that are known, most may be gone. */
const HURRIED_PAUSE_MS = 5_000
/** After a source failed, twice as long each time up to this. */
const MAX_PAUSE_MS = 10 * 60_000
/** Of all that is known, what one teller may have told: whoever surrounds us must not do it alone. */
const MAX_SHARE = 1 / 3
/** Below this many there is no share to speak of. */
const SHARE_COUNTS_FROM = 30
/** What is wanted is counted over the whole book: not for each candidate that is known already. */
const COUNT_EVERY = 32

/** What gathering needs. */
export interface GatherOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly book: AddressBook
  /** How many candidates are still wanted. */
  wanted(): number
  /** True while peers are lacking. */
  isShort(): boolean
  /** False for one that would never be dialed. */
  accepts(candidate: Candidate): boolean
  /** Rung when more may be wanted. */
  readonly bell: Bell
  onCandidate(candidate: Candidate, source: string): void
  readonly signal: AbortSignal
}

/** Pulls from one source whenever candidates are wanted, until the signal aborts. Never rejects. */
export async function gather(source: CandidateSource, options: GatherOptions): Promise<void> {
  const { clock, random, book, wanted, isShort, accepts, bell, signal } = options
  let failures = 0
  while (!signal.aborted) {
    try {
      while (wanted() <= 0) await bell.wait(signal)
      let seen = 0
      for await (const candidate of source.candidates({ signal })) {
        signal.throwIfAborted()
        const taken = accepts(candidate) && take(candidate)
        if (taken) options.onCandidate(candidate, source.name)
        if ((taken || ++seen % COUNT_EVERY === 0) && wanted() <= 0) break
      }
      failures = 0
    } catch {
      // A source that fails now may do better later: the others go on meanwhile.
      failures++
    }
    await pause(2 ** Math.min(failures, 10)).catch(() => {})
  }

  /** Looks up now and then: peers may be lost meanwhile, and those told of last be dialed in vain. */
  async function pause(factor: number): Promise<void> {
    const jittered = (ms: number): number => Math.min(MAX_PAUSE_MS, ms * factor) * (0.9 + random() / 5)
    const untilMs = clock.now() + jittered(PAUSE_MS)
    do await delay(Math.min(jittered(HURRIED_PAUSE_MS), untilMs - clock.now()), { clock, signal })
    while (clock.now() < untilMs && !isShort())
  }

  function take({ peerId, addresses, enr, toldBy }: Candidate): boolean {
    const group = toldBy === undefined ? source.name : groupOf(toldBy)
    if (toldBy !== undefined && book.get(peerId) === undefined && hasTold(group)) return false
    return book.add({ id: peerId, addresses, ...(enr === undefined ? {} : { enr }) }, { group })
  }

  function hasTold(group: string): boolean {
    if (book.size < SHARE_COUNTS_FROM) return false
    let told = 0
    for (const entry of book.entries()) if (entry.sourceGroup === group) told++
    return told >= book.size * MAX_SHARE
  }
}
