import type { Clock } from '../../streams/clock.ts'
import type { AddressEntry } from '../address-book/entry.ts'

/** A dial that takes longer gives up its outbound slot, but goes on. */
const SLOW_MS = 2_000

/** Dials under way. */
export interface Dials {
  /** By peer id. */
  readonly all: ReadonlyMap<string, AddressEntry>
  /** Dials that still hold an outbound slot. */
  readonly holdingSlot: ReadonlySet<string>
  /** Notes a dial, with a slot. @returns what to call when it is over, idempotent */
  begin(entry: AddressEntry): () => void
}

/** @param onSlotFree - a dial goes on without its slot */
export function createDials(clock: Pick<Clock, 'setTimer'>, onSlotFree: () => void): Dials {
  const all = new Map<string, AddressEntry>()
  const holdingSlot = new Set<string>()

  return {
    all,
    holdingSlot,
    begin(entry) {
      const { id } = entry
      all.set(id, entry)
      holdingSlot.add(id)
      const cancelSlow = clock.setTimer(() => {
        if (holdingSlot.delete(id)) onSlotFree()
      }, SLOW_MS)
      return () => {
        cancelSlow()
        if (all.get(id) !== entry) return
        all.delete(id)
        holdingSlot.delete(id)
      }
    },
  }
}
