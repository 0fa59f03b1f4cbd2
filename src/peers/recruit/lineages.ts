import { type AddressEntry, STRANGERS } from '../address-book/entry.ts'
import { isDue, isStale } from '../address-book/quality.ts'

/** Lineages that began within so long of each other are of one age: a list is read in one go. */
const TOGETHER_MS = 60_000

/** All in the address book that we came to know of in one way. */
export interface Lineage {
  readonly name: string
  /** When the first of them was told of. */
  readonly sinceMs: number
  /** When one of them was dialed last; 0 for never. */
  readonly triedAtMs: number
  /** Those that may be dialed now. */
  readonly due: readonly AddressEntry[]
}

/** The lineage of an entry: its own where none is known. */
export function lineageOf({ id, lineage = id }: Pick<AddressEntry, 'id' | 'lineage'>): string {
  return lineage
}

/**
 * The lineages that a seat can be given to. Of those told of by whoever dials us there are always as many as they like: it is
 * not for them.
 */
export function lineagesToSeat(entries: Iterable<AddressEntry>, nowMs: number): Lineage[] {
  const byName = new Map<string, AddressEntry[]>()
  for (const entry of entries) {
    const name = lineageOf(entry)
    const members = byName.get(name)
    if (members === undefined) byName.set(name, [entry])
    else members.push(entry)
  }
  byName.delete(STRANGERS)
  return [...byName]
    .map(([name, members]) => ({
      name,
      sinceMs: Math.min(...members.map(({ addedAtMs }) => addedAtMs)),
      triedAtMs: Math.max(...members.map(({ attemptedAtMs = 0 }) => attemptedAtMs)),
      due: members.filter((entry) => isDue(entry, nowMs) && !isStale(entry, nowMs)),
    }))
    .filter(({ due }) => due.length > 0)
}

/** The oldest lineages, as many as the square root of all, and those of their age: who begins an attack now cannot be among them. */
export function oldestOf(lineages: readonly Lineage[]): readonly Lineage[] {
  const ages = lineages.map(({ sinceMs }) => sinceMs).sort((a, b) => a - b)
  const last = ages[Math.ceil(Math.sqrt(ages.length)) - 1] ?? 0
  return lineages.filter(({ sinceMs }) => sinceMs <= last + TOGETHER_MS)
}

/** How `drawLongestWaiting()` draws. */
export interface LineageDraw {
  /** Seats taken, by lineage. */
  readonly seats: ReadonlyMap<string, number>
  readonly random: () => number
  /** False for those that do not come into question. */
  accept(entry: AddressEntry): boolean
}

/** One by chance of the lineage with the fewest seats, and of such lineages of the one that was dialed longest ago. */
export function drawLongestWaiting(
  lineages: readonly Lineage[],
  { seats, random, accept }: LineageDraw,
): AddressEntry | undefined {
  const waiting = lineages
    .map(({ name, triedAtMs, due }) => ({ seats: seats.get(name) ?? 0, triedAtMs, lot: random(), due }))
    .sort((a, b) => a.seats - b.seats || a.triedAtMs - b.triedAtMs || a.lot - b.lot)
  for (const { due } of waiting) {
    const accepted = due.filter(accept)
    if (accepted.length > 0) return accepted[Math.floor(random() * accepted.length)]
  }
  return undefined
}
