// What keeps more peers than those that were named: apart from the rest, since a page loads it late.
export type { AddressBook } from './address-book/address-book.ts'
export { openAddressBook } from './address-book/persistent-book.ts'
export { startRecruiting } from './recruit/recruiter.ts'
