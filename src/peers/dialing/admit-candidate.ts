import type { Candidate } from '../../platform/candidate-source.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { networkGroupOf } from '../address-book/address-group.ts'

/** Of all that is known, what one source may have told: a peer that surrounds us must not do it alone. */
const MAX_SHARE = 1 / 3
/** Below this many there is no share to speak of. */
const SHARE_COUNTS_FROM = 30

/** What taking candidates in needs. */
export interface AdmitCandidateOptions {
  readonly book: AddressBook
  /** False for one that would never be dialed. */
  accepts(candidate: Candidate): boolean
  /** The origin of the peer at an address, as `AddressEntry` has it. */
  originAt(address: string): string
  onCandidate(candidate: Candidate, source: string): void
}

/** Adds a candidate to the address book. @returns true when it is new there, or its addresses are */
export type AdmitCandidate = (candidate: Candidate, source: string) => boolean

/** Creates what decides which candidates of a source the book takes. */
export function createAdmitCandidate({ book, accepts, originAt, onCandidate }: AdmitCandidateOptions): AdmitCandidate {
  function hasFilledItsShare(group: string): boolean {
    if (book.size < SHARE_COUNTS_FROM) return false
    let known = 0
    for (const entry of book.entries()) if (entry.sourceGroup === group) known++
    return known >= book.size * MAX_SHARE
  }

  function add({ peerId, addresses, enr, sourceAddress }: Candidate, source: string): boolean {
    const address = { id: peerId, addresses, ...(enr === undefined ? {} : { enr }) }
    if (sourceAddress === undefined) return book.add(address, { group: source })
    const group = networkGroupOf(sourceAddress)
    if (book.get(peerId) === undefined && hasFilledItsShare(group)) return false
    return book.add(address, { group, origin: originAt(sourceAddress) })
  }

  return (candidate, source) => {
    const taken = accepts(candidate) && add(candidate, source)
    if (taken) onCandidate(candidate, source)
    return taken
  }
}
