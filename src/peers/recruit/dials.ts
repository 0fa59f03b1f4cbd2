import type { Clock } from '../../streams/clock.ts'
import type { AddressEntry } from '../address-book/entry.ts'

/** A dial that goes on for so long leads nowhere most likely: its seat is given to another. */
const SLOW_MS = 2_000

/** Dials under way. */
export interface Dials {
  /** By peer id. */
  readonly all: ReadonlyMap<string, AddressEntry>
  /** Of them, those that hold a seat still. */
  readonly seated: ReadonlySet<string>
  /** Notes a dial, with a seat. @returns what to call when it is over, idempotent */
  begin(entry: AddressEntry): () => void
}

/** @param onSeatFree - a dial goes on without its seat */
export function createDials(clock: Pick<Clock, 'setTimer'>, onSeatFree: () => void): Dials {
  const all = new Map<string, AddressEntry>()
  const seated = new Set<string>()

  return {
    all,
    seated,
    begin(entry) {
      const { id } = entry
      all.set(id, entry)
      seated.add(id)
      const cancelSlow = clock.setTimer(() => {
        if (seated.delete(id)) onSeatFree()
      }, SLOW_MS)
      return () => {
        cancelSlow()
        if (all.get(id) !== entry) return
        all.delete(id)
        seated.delete(id)
      }
    },
  }
}
