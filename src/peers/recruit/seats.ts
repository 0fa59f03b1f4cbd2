import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { type AddressEntry, STRANGERS } from '../address-book/entry.ts'
import { isDue } from '../address-book/quality.ts'
import type { PeerView } from '../types.ts'
import { drawLongestWaiting, type Lineage, lineageOf, lineagesToSeat, oldestOf } from './lineages.ts'
import type { RecruitHost } from './types.ts'

/** So few of a lineage are a reason to ask one of it for more. */
const FEW_OF_LINEAGE = 8

/** What giving seats needs. */
export interface SeatOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  readonly book: Pick<AddressBook, 'get' | 'entries'>
  connected: RecruitHost['connected']
  /** Dials under way. */
  dialing(): Iterable<AddressEntry>
}

/** Which lineages, as `AddressEntry` has them, hold the seats that we give. */
export interface Seats {
  /** One for a seat that was made free: all lineages have their turn, every other time the oldest ones only. */
  successor(accept: (entry: AddressEntry) => boolean): AddressEntry | undefined
  /** Lineages that hold none, and of which somebody could be dialed. */
  waiting(): number
  /** The lineage of the peer at an address; `STRANGERS` for one that dialed us. */
  lineageAt(address: string): string
  /** True when nobody else of the lineage of a peer could be dialed now. */
  isOnlyOne(peerId: string): boolean
  /** True when few are known of the lineage of a peer. */
  isLittleKnown(peerId: string): boolean
}

/** Whom we chose: those that we dialed or are to keep. */
export function isOfOurs({ direction, persistent }: Pick<PeerView, 'direction' | 'persistent'>): boolean {
  return direction === 'outbound' || persistent
}

/** Keeps the seats of those that we chose from falling to whoever has the most addresses. */
export function createSeats({ clock, random, book, connected, dialing }: SeatOptions): Seats {
  let turn = 0

  const lineageOfPeer = (id: string): string => lineageOf(book.get(id) ?? { id })

  /** All others of the lineage of a peer. */
  function othersOf(peerId: string): AddressEntry[] {
    const lineage = lineageOfPeer(peerId)
    return [...book.entries()].filter((entry) => entry.id !== peerId && lineageOf(entry) === lineage)
  }

  function taken(): Map<string, number> {
    const seats = new Map<string, number>()
    const ids = connected().flatMap((peer) => (isOfOurs(peer) ? [peer.id] : []))
    const names = [...ids.map(lineageOfPeer), ...[...dialing()].map(lineageOf)]
    for (const name of names) seats.set(name, (seats.get(name) ?? 0) + 1)
    return seats
  }

  const open = (): readonly Lineage[] => lineagesToSeat(book.entries(), clock.now())

  return {
    successor(accept) {
      const lineages = open()
      const draw = { seats: taken(), random, accept }
      const ofOldest = turn++ % 2 === 0 ? drawLongestWaiting(oldestOf(lineages), draw) : undefined
      return ofOldest ?? drawLongestWaiting(lineages, draw)
    },
    waiting() {
      const seats = taken()
      return open().filter(({ name }) => !seats.has(name)).length
    },
    lineageAt(address) {
      const teller = connected().find((peer) => peer.address === address)
      return teller !== undefined && isOfOurs(teller) ? lineageOfPeer(teller.id) : STRANGERS
    },
    isOnlyOne: (peerId) => !othersOf(peerId).some((entry) => isDue(entry, clock.now())),
    isLittleKnown: (peerId) => othersOf(peerId).length + 1 < FEW_OF_LINEAGE,
  }
}
