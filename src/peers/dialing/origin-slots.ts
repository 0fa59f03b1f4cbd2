import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { type AddressEntry, INBOUND_ORIGIN } from '../address-book/entry.ts'
import { isEligible } from '../address-book/quality.ts'
import type { PeerInfo } from '../types.ts'
import { type Origin, oldestOf, originOf, originsToServe, pickLeastServedOrigin } from './origins.ts'
import type { CandidateDialerHost } from './types.ts'

/** So few of an origin are a reason to ask one of it for more. */
const FEW_OF_ORIGIN = 8

/** What giving slots needs. */
export interface OriginSlotsOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  readonly book: Pick<AddressBook, 'get' | 'entries'>
  connected: CandidateDialerHost['connected']
  /** Dials under way. */
  dialing(): Iterable<AddressEntry>
}

/** Which origins hold the outbound slots. */
export interface OriginSlots {
  /** Candidate for a freed slot: least-served origin, every other time among the oldest. */
  successor(accept: (entry: AddressEntry) => boolean): AddressEntry | undefined
  /** Origins that hold none, and of which somebody could be dialed. */
  waiting(): number
  /** The origin of the peer at an address; `STRANGERS` for one that dialed us. */
  originAt(address: string): string
  /** True when nobody else of the origin of a peer could be dialed now. */
  isOnlyOne(peerId: string): boolean
  /** True when few are known of the origin of a peer. */
  isLittleKnown(peerId: string): boolean
}

/** Whom we chose: those that we dialed or are to keep. */
export function isChosenByUs({ direction, persistent }: Pick<PeerInfo, 'direction' | 'persistent'>): boolean {
  return direction === 'outbound' || persistent
}

/** Shares the outbound slots among origins, so that having many addresses gains nothing. */
export function createOriginSlots({ clock, random, book, connected, dialing }: OriginSlotsOptions): OriginSlots {
  let turn = 0

  const originOfPeer = (id: string): string => originOf(book.get(id) ?? { id })

  /** All others of the origin of a peer. */
  function othersOf(peerId: string): AddressEntry[] {
    const origin = originOfPeer(peerId)
    return [...book.entries()].filter((entry) => entry.id !== peerId && originOf(entry) === origin)
  }

  function taken(): Map<string, number> {
    const slots = new Map<string, number>()
    const ids = connected().flatMap((peer) => (isChosenByUs(peer) ? [peer.id] : []))
    const names = [...ids.map(originOfPeer), ...[...dialing()].map(originOf)]
    for (const name of names) slots.set(name, (slots.get(name) ?? 0) + 1)
    return slots
  }

  const open = (): readonly Origin[] => originsToServe(book.entries(), clock.now())

  return {
    successor(accept) {
      const origins = open()
      const draw = { slots: taken(), random, accept }
      const ofOldest = turn++ % 2 === 0 ? pickLeastServedOrigin(oldestOf(origins), draw) : undefined
      return ofOldest ?? pickLeastServedOrigin(origins, draw)
    },
    waiting() {
      const slots = taken()
      return open().filter(({ name }) => !slots.has(name)).length
    },
    originAt(address) {
      const source = connected().find((peer) => peer.address === address)
      return source !== undefined && isChosenByUs(source) ? originOfPeer(source.id) : INBOUND_ORIGIN
    },
    isOnlyOne: (peerId) => !othersOf(peerId).some((entry) => isEligible(entry, clock.now())),
    isLittleKnown: (peerId) => othersOf(peerId).length + 1 < FEW_OF_ORIGIN,
  }
}
