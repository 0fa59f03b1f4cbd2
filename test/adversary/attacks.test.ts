import { describe, expect, it } from 'vitest'
import { runSchedule } from './fake-chain-network.ts'
import { honest, knownAttacks, liar } from './known-attacks.ts'
import type { Schedule, ScheduledPeer } from './schedule.ts'

const truth = [honest, { ...honest, roundTripMs: 80, path: 1 }, { ...honest, roundTripMs: 150, path: 2 }]

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

describe.each(knownAttacks)('$name', ({ kinds, lie = {}, world = {} }) => {
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

it('catches up by a peer that connects while the one before it holds heads back', async () => {
  const attacker = liar(['nothing newer'], 2)
  const { violations, liveSlots } = await runSchedule({
    shape: 'steady',
    startSlot: 265,
    behindSlots: 60,
    slots: 3,
    // At once: the client starts 8 s into a slot, the honest peer connects half a second later, and the head is due 3 s after.
    graceSlots: 0,
    seed: 8_000,
    peers: [attacker, { ...honest, connectsAfterMs: 500 }],
  })
  expect(violations).toEqual([])
  expect(liveSlots).toBeGreaterThan(2)
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
