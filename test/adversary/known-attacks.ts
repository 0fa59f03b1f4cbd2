import type { Lie, LieKind } from './behaviours.ts'
import type { Schedule, ScheduledPeer } from './schedule.ts'

export const honest: ScheduledPeer = {
  lies: [],
  changesAfterSlots: 1,
  roundTripMs: 40,
  connectsAfterMs: 0,
  path: 0,
}

/** An attack by what it does; each of them works against a client that follows the first answer that it gets. */
export interface KnownAttack {
  readonly name: string
  readonly kinds: readonly LieKind[]
  readonly lie?: Partial<Lie>
  readonly world?: Partial<Schedule>
  /** Over TCP, where slots pass in real time. */
  readonly wire?: {
    /** The client must have gone on to this slot. */
    readonly leastSlot?: number
    /** How many slots it may take until it has current heads. @default 50 */
    readonly withinSlots?: number
    /** @default 400 */
    readonly slotMs?: number
  }
}

/** A peer that lies in such ways, one after the other. */
export function liar(kinds: readonly LieKind[], roundTripMs: number, lie: Partial<Lie> = {}): ScheduledPeer {
  const lies = kinds.map((kind) => ({ kind, seats: 1, lag: 3, dripMs: 3_000, seed: 1, ...lie }))
  return { lies, changesAfterSlots: 10, roundTripMs, connectsAfterMs: 0, path: 9 }
}

/** Of eight slots: a client that asks again with the next epoch only is too late. */
const beforeTheEpochEnds = { slotMs: 2_500, withinSlots: 5 }

/** The attacks that were measured, A1 to A9, and some of their kind. */
export const knownAttacks: readonly KnownAttack[] = [
  { name: 'A1: one seat of an old committee brings in a committee of its own', kinds: ['forge committee'] },
  {
    name: 'A1: a third of the seats of an old committee brings in a committee of its own',
    kinds: ['forge committee'],
    lie: { seats: 10 },
  },
  {
    name: 'A1: one seat brings in a committee, and says nothing false before it would be believed',
    kinds: ['patient forgery'],
  },
  {
    name: 'A2: nothing is finalized for longer than the update timeout',
    kinds: ['replay'],
    lie: { lag: 8 },
    world: { shape: 'ending finality', startSlot: 210, behindSlots: 100, slots: 35 },
  },
  {
    name: 'A2: true updates with a committee and without finality make a block look finalized',
    kinds: ['strip'],
    lie: { lag: 1 },
  },
  {
    name: 'A3: each range is answered with one true update, a bit newer each time',
    kinds: ['creep ahead'],
    world: { startSlot: 270, behindSlots: 50, graceSlots: 4 },
  },
  {
    name: 'A4: the next committee is withheld until the period ends',
    kinds: ['creep back'],
    lie: { lag: 0 },
    world: { startSlot: 186, behindSlots: 14, slots: 43, graceSlots: 4 },
    wire: { leastSlot: 194 },
  },
  { name: 'A4: true updates without their committee, or without their finality', kinds: ['strip'], lie: { lag: 1 } },
  { name: 'A5: partial aggregates of each slot come first', kinds: ['partial'], lie: { seed: 1 } },
  { name: 'A5: a flood of different partial aggregates', kinds: ['flood'] },
  { name: 'A6: a committee whose aggregate key is not its sum', kinds: ['forge committee'], lie: { seed: 4 } },
  {
    name: 'A6: a committee whose aggregate key is not its sum, and nothing else that is false',
    kinds: ['patient forgery'],
    lie: { seed: 4 },
  },
  { name: 'A7: the true head with one signature', kinds: ['one signature'] },
  {
    name: 'A8: a peer that has updates of the present period only',
    kinds: ['recent only'],
    world: { startSlot: 265, behindSlots: 45, graceSlots: 3 },
    wire: beforeTheEpochEnds,
  },
  {
    name: 'A8: a peer that gives one update at a time',
    kinds: ['one at a time'],
    world: { startSlot: 265, behindSlots: 45, graceSlots: 3 },
    wire: beforeTheEpochEnds,
  },
  { name: 'A9: updates below two thirds in answer to a range', kinds: ['partial', 'one signature'], lie: { seed: 2 } },
  { name: 'answers that come a chunk at a time, and do not end', kinds: ['drip'] },
  { name: 'heads that are three slots late', kinds: ['delay', 'replay'] },
]
