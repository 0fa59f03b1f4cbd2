import type { AddressBook } from '../address-book/address-book.ts'
import { groupOf } from '../address-book/address-group.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import type { Dials } from './dials.ts'
import type { Seats } from './seats.ts'
import type { RecruitHost } from './types.ts'

/** How often one never reached is drawn, by how many peers there are: those reached before cost an attacker something. */
const LEAST_NEW_BIAS = 0.1
const NEW_BIAS_PER_PEER = 0.05
const MOST_NEW_BIAS = 0.3

/** What choosing needs. */
export interface ChoiceOptions {
  readonly book: Pick<AddressBook, 'pick'>
  readonly host: Pick<RecruitHost, 'connected' | 'canDial' | 'isTaken' | 'passesOver'>
  readonly seats: Pick<Seats, 'successor'>
  readonly dials: Dials['all']
  /** Connections to one part of the network, as `groupOf()` tells it; kept peers do not count, nor do private addresses. */
  readonly maxPerGroup: number
}

/** Whom to dial next; undefined where there is nobody. */
export interface Choice {
  /** @param isReplacing - for a seat that was made free for a lineage that waits, if any does */
  next(isReplacing: boolean): AddressEntry | undefined
  /** One that has not been reached since a time, whatever part of the network it is in: it does not stay. */
  toVisit(notSinceMs: number): AddressEntry | undefined
}

/** Creates what chooses among those of the address book that may be dialed now. */
export function createChoice({ book, host, seats, dials, maxPerGroup }: ChoiceOptions): Choice {
  function busyGroups(): Map<string, number> {
    const groups = new Map<string, number>()
    const count = (address: string): void => {
      const group = groupOf(address)
      groups.set(group, (groups.get(group) ?? 0) + 1)
    }
    for (const { address, persistent } of host.connected()) if (!persistent) count(address)
    for (const { addresses } of dials.values()) count(addresses[0]!)
    return groups
  }

  /** Tells who may be dialed, as things are at this moment. */
  function mayDialNow(busy: ReadonlyMap<string, number>): (entry: AddressEntry) => boolean {
    const connected = new Set(host.connected().map(({ id }) => id))
    return (entry) => {
      if (connected.has(entry.id) || dials.has(entry.id) || host.isTaken(entry.id)) return false
      if (!entry.addresses.some(host.canDial) || host.passesOver?.(entry)) return false
      const group = groupOf(entry.addresses[0]!)
      return group === 'local' || (busy.get(group) ?? 0) < maxPerGroup
    }
  }

  return {
    next(isReplacing) {
      const mayDial = mayDialNow(busyGroups())
      const chosen = isReplacing ? seats.successor(mayDial) : undefined
      if (chosen !== undefined) return chosen
      // The fewer there are, the safer the ground to begin with: those that were reached before.
      const newBias = Math.min(MOST_NEW_BIAS, LEAST_NEW_BIAS + NEW_BIAS_PER_PEER * host.connected().length)
      return book.pick({ newBias, accept: mayDial })
    },
    toVisit(notSinceMs) {
      const mayDial = mayDialNow(new Map())
      // Those never reached and those to be verified anew alike.
      return book.pick({ newBias: 0.5, accept: (entry) => (entry.succeededAtMs ?? 0) < notSinceMs && mayDial(entry) })
    },
  }
}
