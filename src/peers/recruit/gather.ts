import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import { delay } from '../../streams/abort.ts'
import type { Bell } from '../../streams/bell.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { groupOf } from '../address-book/address-group.ts'

/** Between two turns of one source. */
const PAUSE_MS = 30_000
/** The same, while peers are lacking and nobody is left to dial. */
const HURRIED_PAUSE_MS = 5_000
/** After a source failed, twice as long each time up to this. */
const MAX_PAUSE_MS = 10 * 60_000
/** Of all that is known, what one teller may have told: whoever surrounds us must not do it alone. */
const MAX_SHARE = 1 / 3
/** Below this many there is no share to speak of. */
const SHARE_COUNTS_FROM = 30

/** What gathering needs. */
export interface GatherOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly book: AddressBook
  /** How many candidates are still wanted. */
  wanted(): number
  /** True while there is nobody to dial, although somebody should be. */
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
      for await (const candidate of source.candidates({ signal })) {
        signal.throwIfAborted()
        if (accepts(candidate) && take(candidate)) options.onCandidate(candidate, source.name)
        if (wanted() <= 0) break
      }
      failures = 0
    } catch {
      // A source that fails now may do better later: the others go on meanwhile.
      failures++
    }
    const pauseMs = Math.min(MAX_PAUSE_MS, (isShort() ? HURRIED_PAUSE_MS : PAUSE_MS) * 2 ** Math.min(failures, 10))
    await delay(pauseMs * (0.9 + random() / 5), { clock, signal }).catch(() => {})
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
