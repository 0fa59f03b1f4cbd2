// What keeps more peers than those that were named: apart from the rest, since a page loads it late.
export type { AddressBook } from './address-book/address-book.ts'
export { groupOf } from './address-book/address-group.ts'
export { openAddressBook } from './address-book/persistent-book.ts'
export { createInboundGate, type InboundGate } from './manage/inbound-gate.ts'
export { startPruning } from './manage/prune.ts'
export { startTurnover } from './manage/turn-over.ts'
export type { PeerFacts } from './manage/usefulness.ts'
export { startRecruiting } from './recruit/recruiter.ts'
