import fc from 'fast-check'
import { type Lie, lieKinds } from './behaviours.ts'
import { type ChainShape, COMMITTEE_SIZE, chainShapes } from './honest-chain.ts'

/** A peer of a schedule. */
export interface ScheduledPeer {
  /** Empty for an honest peer; several are taken in turn. */
  readonly lies: readonly Lie[]
  /** Between its lies, in slots. */
  readonly changesAfterSlots: number
  readonly roundTripMs: number
  /** When it connects, in milliseconds after the client's start. */
  readonly connectsAfterMs: number
  /** When it is away, in slots after the start. */
  readonly away?: { readonly fromSlot: number; readonly slots: number } | undefined
  /** Index of the bootnode or group by which it was found: those of one share a path. */
  readonly path: number
}

/** A world, as data: what is printed when it fails, and what is run again. */
export interface Schedule {
  readonly shape: ChainShape
  /** Slot of the honest chain at which the client starts. */
  readonly startSlot: number
  /** How far its checkpoint lies behind, in slots. */
  readonly behindSlots: number
  readonly slots: number
  /** How long an honest peer must have been connected for the client to have the head, in slots. @default 24 */
  readonly graceSlots?: number | undefined
  /** When it is stopped and started again on its storage, in slots after the start. */
  readonly restartAfterSlots?: number | undefined
  /** Paths that must confirm a head before it is shown. @default 1 */
  readonly minAgreement?: number
  readonly peers: readonly ScheduledPeer[]
  readonly seed: number
}

const lie: fc.Arbitrary<Lie> = fc.record({
  kind: fc.constantFrom(...lieKinds),
  seats: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: Math.floor(COMMITTEE_SIZE / 3) })),
  lag: fc.integer({ min: 1, max: 40 }),
  dripMs: fc.constantFrom(500, 3_000, 9_900),
  seed: fc.integer({ min: 0, max: 63 }),
})

const roundTripMs = fc.oneof(fc.constantFrom(2, 40, 150), fc.integer({ min: 2, max: 1_500 }))

const liar: fc.Arbitrary<ScheduledPeer> = fc.record({
  lies: fc.array(lie, { minLength: 1, maxLength: 3 }),
  changesAfterSlots: fc.integer({ min: 1, max: 30 }),
  roundTripMs,
  connectsAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
  path: fc.integer({ min: 0, max: 2 }),
})

const honest: fc.Arbitrary<ScheduledPeer> = fc.record({
  lies: fc.constant([]),
  changesAfterSlots: fc.constant(1),
  roundTripMs,
  connectsAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 })),
  away: fc.option(fc.record({ fromSlot: fc.integer({ min: 2, max: 60 }), slots: fc.integer({ min: 1, max: 20 }) }), {
    nil: undefined,
  }),
  path: fc.integer({ min: 0, max: 4 }),
})

/** Worlds of one to eight peers. */
export const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    shape: fc.constantFrom(...chainShapes),
    startSlot: fc.integer({ min: 40, max: 320 }),
    behindSlots: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 300 })),
    slots: fc.integer({ min: 24, max: 110 }),
    restartAfterSlots: fc.option(fc.integer({ min: 5, max: 60 }), { nil: undefined, freq: 3 }),
    liars: fc.array(liar, { maxLength: 6 }),
    honests: fc.array(honest, { maxLength: 2 }),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  })
  .filter(({ liars, honests }) => liars.length + honests.length > 0)
  .map(({ liars, honests, ...rest }) => ({ ...rest, peers: [...honests, ...liars] }))
