import { describe, expect, it } from 'vitest'
import type { Lie, LieKind } from './behaviours.ts'
import type { Schedule, ScheduledPeer } from './schedule.ts'
import { runSchedule } from './world.ts'

const honest: ScheduledPeer = { lies: [], changesAfterSlots: 1, roundTripMs: 40, connectsAfterMs: 0, path: 0 }
const truth = [honest, { ...honest, roundTripMs: 80, path: 1 }, { ...honest, roundTripMs: 150, path: 2 }]

function liar(kinds: readonly LieKind[], roundTripMs: number, lie: Partial<Lie>): ScheduledPeer {
  const lies = kinds.map((kind) => ({ kind, seats: 1, lag: 3, dripMs: 3_000, seed: 1, ...lie }))
  return { lies, changesAfterSlots: 10, roundTripMs, connectsAfterMs: 0, path: 9 }
}

const onOnePath = (peers: readonly ScheduledPeer[]): ScheduledPeer[] => peers.map((peer) => ({ ...peer, path: 0 }))

/** Where the attacker stands among the honest. */
const places: readonly (readonly [
  string,
  (attacker: (roundTripMs: number) => ScheduledPeer) => readonly ScheduledPeer[],
])[] = [
  ['as the lone peer', (attacker) => [attacker(2)]],
  ['as the quickest of four', (attacker) => [attacker(2), ...truth]],
  ['in the middle of four', (attacker) => [attacker(60), ...truth]],
  ['as the slowest of four', (attacker) => [attacker(1_400), ...truth]],
  ['three times, quicker than the one honest peer', (attacker) => [attacker(2), attacker(3), attacker(4), honest]],
  [
    'before the honest peers connect',
    (attacker) => [attacker(2), ...truth.map((peer) => ({ ...peer, connectsAfterMs: 900 }))],
  ],
  ['behind one bootnode with the honest peers', (attacker) => onOnePath([attacker(2), ...truth])],
]

/** The attacks by what they do; each of them works against a client that follows the first answer that it gets. */
const attacks: readonly {
  readonly name: string
  readonly kinds: readonly LieKind[]
  readonly lie?: Partial<Lie>
  readonly world?: Partial<Schedule>
}[] = [
  { name: 'A1: one seat of an old committee brings in a committee of its own', kinds: ['forge committee'] },
  {
    name: 'A1: a third of the seats of an old committee brings in a committee of its own',
    kinds: ['forge committee'],
    lie: { seats: 10 },
  },
  {
    name: 'A2: nothing is finalized for longer than the update timeout',
    kinds: ['replay'],
    lie: { lag: 1 },
    world: { shape: 'late finality', startSlot: 110, behindSlots: 80 },
  },
  {
    name: 'A3: each range is answered with one true update, a bit newer each time',
    kinds: ['creep ahead'],
    world: { startSlot: 270, behindSlots: 50, graceSlots: 4 },
  },
  {
    name: 'A4: the next committee is withheld until the period ends',
    kinds: ['creep ahead'],
    lie: { lag: 3, seed: 2 },
    world: { startSlot: 169, behindSlots: 14, slots: 60, graceSlots: 4 },
  },
  { name: 'A4: true updates without their committee, or without their finality', kinds: ['strip'], lie: { lag: 1 } },
  { name: 'A5: partial aggregates of each slot come first', kinds: ['partial'], lie: { seed: 1 } },
  { name: 'A5: a flood of different partial aggregates', kinds: ['flood'] },
  { name: 'A6: a committee whose aggregate key is not its sum', kinds: ['forge committee'], lie: { seed: 4 } },
  { name: 'A7: the true head with one signature', kinds: ['one signature'] },
  {
    name: 'A8: a peer that has updates of the present period only',
    kinds: ['recent only'],
    world: { startSlot: 265, behindSlots: 45, graceSlots: 3 },
  },
  {
    name: 'A8: a peer that gives one update at a time',
    kinds: ['one at a time'],
    world: { startSlot: 265, behindSlots: 45, graceSlots: 3 },
  },
  { name: 'A9: updates below two thirds in answer to a range', kinds: ['partial', 'one signature'], lie: { seed: 2 } },
  { name: 'answers that come a chunk at a time, and do not end', kinds: ['drip'] },
  { name: 'heads that are three slots late', kinds: ['delay', 'replay'] },
]

describe.each(attacks)('$name', ({ kinds, lie = {}, world = {} }) => {
  const schedule = (peers: readonly ScheduledPeer[], restartAfterSlots?: number): Schedule => ({
    shape: 'steady',
    startSlot: 240,
    behindSlots: 110,
    slots: 50,
    seed: 7,
    ...world,
    peers,
    restartAfterSlots,
  })

  it.each(places)('neither fakes nor holds back a head, and the status is true: %s', async (_, place) => {
    const peers = place((roundTripMs) => liar(kinds, roundTripMs, lie))
    expect((await runSchedule(schedule(peers))).violations).toEqual([])
  })

  it('leaves nothing behind that a restart would bring back', async () => {
    const attacker = liar(kinds, 2, lie)
    // Alone until the restart; then the honest ones are there, too.
    const peers = [attacker, ...truth.map((peer) => ({ ...peer, connectsAfterMs: 15 * 12_000 }))]
    expect((await runSchedule(schedule(peers, 15))).violations).toEqual([])
  })
})

describe('a client that wants each head from two paths', () => {
  it.each([2, 5])('has its confirmation although %i other peers never answer', async (count) => {
    const silent = Array.from({ length: count }, (_, at) => ({
      ...liar(['withhold'], 2 + at, { lag: 3 }),
      path: 10 + at,
    }))
    const peers = [...truth.slice(0, 2), ...silent]
    const { violations, liveSlots, worstLag } = await runSchedule({
      shape: 'steady',
      startSlot: 240,
      behindSlots: 20,
      slots: 40,
      graceSlots: 6,
      seed: 7,
      minAgreement: 2,
      peers,
    })
    expect(violations).toEqual([])
    expect(liveSlots).toBeGreaterThan(30)
    expect(worstLag).toBeLessThanOrEqual(1)
  })
})
