/** Nobody has shown its use within so long. */
const GRACE_MS = 60_000
/** With less, a peer takes a seat for nothing. */
const OF_USE = 2

/** A peer that has a seat. */
export interface Seat {
  /** The part of the network that its address belongs to. */
  readonly group: string
  readonly sinceMs: number
  /** What it makes of its seat; Infinity for one that stays in any case. */
  value(): number
}

/**
 * Chooses who gives its seat to a newcomer while there is none: the least useful of the address group with the most seats, the
 * newest among equals. A newcomer of that group itself gets the seat of one of its group that is of no use, after a minute.
 *
 * @returns undefined where the newcomer is to be refused
 */
export function chooseSeat<S extends Seat>(seats: Iterable<S>, group: string, nowMs: number): S | undefined {
  const byGroup = new Map<string, S[]>()
  for (const seat of seats) {
    const members = byGroup.get(seat.group)
    if (members === undefined) byGroup.set(seat.group, [seat])
    else members.push(seat)
  }
  const own = byGroup.get(group) ?? []
  let largest = own
  for (const members of byGroup.values()) if (members.length > largest.length) largest = members
  // With one seat more, the newcomer's group still has no more than the other.
  if (largest.length > own.length + 1) return leastUseful(largest)
  const useless = own.filter((seat) => nowMs - seat.sinceMs >= GRACE_MS && seat.value() < OF_USE)
  return leastUseful(useless)
}

function leastUseful<S extends Seat>(seats: readonly S[]): S | undefined {
  let least: { readonly seat: S; readonly value: number } | undefined
  for (const seat of seats) {
    const value = seat.value()
    if (value === Number.POSITIVE_INFINITY) continue
    const isLess = least === undefined || value < least.value
    if (isLess || (value === least!.value && seat.sinceMs > least!.seat.sinceMs)) least = { seat, value }
  }
  return least?.seat
}
