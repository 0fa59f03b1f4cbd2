import type { AddressBook } from '../address-book/address-book.ts'
import { networkGroupOf } from '../address-book/address-group.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import type { Dials } from './dials.ts'
import type { OriginSlots } from './origin-slots.ts'
import type { CandidateDialerHost } from './types.ts'

/** How often one never reached is drawn, by how many peers there are: those reached before cost an attacker something. */
const LEAST_NEW_BIAS = 0.1
const NEW_BIAS_PER_PEER = 0.05
const MOST_NEW_BIAS = 0.3

/** What choosing needs. */
export interface CandidateSelectorOptions {
  readonly book: Pick<AddressBook, 'pick'>
  readonly host: Pick<CandidateDialerHost, 'connected' | 'canDial' | 'isExcluded' | 'shouldSkip'>
  readonly slots: Pick<OriginSlots, 'successor'>
  readonly dials: Dials['all']
  /** Connections to one network group, as `networkGroupOf()` tells it; persistent peers do not count, nor do private addresses. */
  readonly maxPerSubnet: number
}

/** Selects the next candidate to dial. */
export interface CandidateSelector {
  /** @param isReplacing - for a slot that was made free for an origin that waits, if any does */
  next(isReplacing: boolean): AddressEntry | undefined
  /** One that has not been reached since a time, whatever network group it is in: it does not stay. */
  feelerCandidate(notSinceMs: number): AddressEntry | undefined
}

/** Creates what chooses among those of the address book that may be dialed now. */
export function createCandidateSelector({
  book,
  host,
  slots,
  dials,
  maxPerSubnet,
}: CandidateSelectorOptions): CandidateSelector {
  function busyGroups(): Map<string, number> {
    const groups = new Map<string, number>()
    const count = (address: string): void => {
      const group = networkGroupOf(address)
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
      if (connected.has(entry.id) || dials.has(entry.id) || host.isExcluded(entry.id)) return false
      if (!entry.addresses.some(host.canDial) || host.shouldSkip?.(entry)) return false
      const group = networkGroupOf(entry.addresses[0]!)
      return group === 'local' || (busy.get(group) ?? 0) < maxPerSubnet
    }
  }

  return {
    next(isReplacing) {
      const mayDial = mayDialNow(busyGroups())
      const chosen = isReplacing ? slots.successor(mayDial) : undefined
      if (chosen !== undefined) return chosen
      // The fewer there are, the safer the ground to begin with: those that were reached before.
      const newBias = Math.min(MOST_NEW_BIAS, LEAST_NEW_BIAS + NEW_BIAS_PER_PEER * host.connected().length)
      return book.pick({ newBias, accept: mayDial })
    },
    feelerCandidate(notSinceMs) {
      const mayDial = mayDialNow(new Map())
      // Those never reached and those to be verified again alike.
      return book.pick({ newBias: 0.5, accept: (entry) => (entry.succeededAtMs ?? 0) < notSinceMs && mayDial(entry) })
    },
  }
}
