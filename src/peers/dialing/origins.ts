import { type AddressEntry, INBOUND_ORIGIN } from '../address-book/entry.ts'
import { isEligible, isStale } from '../address-book/quality.ts'

/** Origins that began within so long of each other are of one age: a list is read in one go. */
const TOGETHER_MS = 60_000

/** All address-book entries of one origin. */
export interface Origin {
  readonly name: string
  /** When the first of them was reported. */
  readonly sinceMs: number
  /** When one of them was dialed last; 0 for never. */
  readonly triedAtMs: number
  /** Those that may be dialed now. */
  readonly eligible: readonly AddressEntry[]
}

/** The origin of an entry: its own where none is known. */
export function originOf({ id, origin = id }: Pick<AddressEntry, 'id' | 'origin'>): string {
  return origin
}

/**
 * The origins that a slot can be given to. Of those reported by inbound peers there are always as many as they like: it is
 * not for them.
 */
export function originsToServe(entries: Iterable<AddressEntry>, nowMs: number): Origin[] {
  const byName = new Map<string, AddressEntry[]>()
  for (const entry of entries) {
    const name = originOf(entry)
    const members = byName.get(name)
    if (members === undefined) byName.set(name, [entry])
    else members.push(entry)
  }
  byName.delete(INBOUND_ORIGIN)
  return [...byName]
    .map(([name, members]) => ({
      name,
      sinceMs: Math.min(...members.map(({ addedAtMs }) => addedAtMs)),
      triedAtMs: Math.max(...members.map(({ attemptedAtMs = 0 }) => attemptedAtMs)),
      eligible: members.filter((entry) => isEligible(entry, nowMs) && !isStale(entry, nowMs)),
    }))
    .filter(({ eligible }) => eligible.length > 0)
}

/** The oldest origins, as many as the square root of all, and those of their age: who begins an attack now cannot be among them. */
export function oldestOf(origins: readonly Origin[]): readonly Origin[] {
  const ages = origins.map(({ sinceMs }) => sinceMs).sort((a, b) => a - b)
  const last = ages[Math.ceil(Math.sqrt(ages.length)) - 1] ?? 0
  return origins.filter(({ sinceMs }) => sinceMs <= last + TOGETHER_MS)
}

/** How `pickLeastServedOrigin()` draws. */
export interface OriginDraw {
  /** Seats taken, by origin. */
  readonly slots: ReadonlyMap<string, number>
  readonly random: () => number
  /** False for those that do not come into question. */
  accept(entry: AddressEntry): boolean
}

/** One by chance of the origin with the fewest slots, and of such origins of the one that was dialed longest ago. */
export function pickLeastServedOrigin(
  origins: readonly Origin[],
  { slots, random, accept }: OriginDraw,
): AddressEntry | undefined {
  const waiting = origins
    .map(({ name, triedAtMs, eligible }) => ({ slots: slots.get(name) ?? 0, triedAtMs, tieBreak: random(), eligible }))
    .sort((a, b) => a.slots - b.slots || a.triedAtMs - b.triedAtMs || a.tieBreak - b.tieBreak)
  for (const { eligible } of waiting) {
    const accepted = eligible.filter(accept)
    if (accepted.length > 0) return accepted[Math.floor(random() * accepted.length)]
  }
  return undefined
}
