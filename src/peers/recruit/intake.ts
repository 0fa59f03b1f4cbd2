import type { Candidate } from '../../platform/candidate-source.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { groupOf } from '../address-book/address-group.ts'

/** Of all that is known, what one teller may have told: whoever surrounds us must not do it alone. */
const MAX_SHARE = 1 / 3
/** Below this many there is no share to speak of. */
const SHARE_COUNTS_FROM = 30

/** What taking candidates in needs. */
export interface IntakeOptions {
  readonly book: AddressBook
  /** False for one that would never be dialed. */
  accepts(candidate: Candidate): boolean
  /** The lineage of the peer at an address, as `AddressEntry` has it. */
  lineageAt(address: string): string
  onCandidate(candidate: Candidate, source: string): void
}

/** Notes a candidate in the book. @returns true when it is new there, or its addresses are */
export type TakeIn = (candidate: Candidate, source: string) => boolean

/** Creates what decides which candidates of a source the book takes. */
export function createIntake({ book, accepts, lineageAt, onCandidate }: IntakeOptions): TakeIn {
  function hasTold(group: string): boolean {
    if (book.size < SHARE_COUNTS_FROM) return false
    let told = 0
    for (const entry of book.entries()) if (entry.sourceGroup === group) told++
    return told >= book.size * MAX_SHARE
  }

  function add({ peerId, addresses, enr, toldBy }: Candidate, source: string): boolean {
    const address = { id: peerId, addresses, ...(enr === undefined ? {} : { enr }) }
    if (toldBy === undefined) return book.add(address, { group: source })
    const group = groupOf(toldBy)
    if (book.get(peerId) === undefined && hasTold(group)) return false
    return book.add(address, { group, lineage: lineageAt(toldBy) })
  }

  return (candidate, source) => {
    const taken = accepts(candidate) && add(candidate, source)
    if (taken) onCandidate(candidate, source)
    return taken
  }
}
