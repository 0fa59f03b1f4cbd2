import { periodOfSlot, toHex } from '../../src/chain/index.ts'
import { finalityUpdateOf, optimisticUpdateOf } from '../../src/light-client/serving/convert-update.ts'
import type { LightClientObject, LightClientUpdatesByRangeRequest } from '../../src/ssz/index.ts'
import { seededRandom } from '../kit/seeded-random.ts'
import type { GossipedUpdate } from './fake-network.ts'
import type { Answer, Asked } from './fake-reqresp.ts'
import {
  allSeats,
  forgedCommittee,
  forgedUpdate,
  gossiped,
  heldSeats,
  stripped,
  withFewer,
  withWrongSignature,
} from './forge.ts'
import { COMMITTEE_SIZE, type HonestChain, type Update } from './honest-chain.ts'

/** What a peer gossips in a slot. */
export interface Utterance {
  /** After the slot's start. */
  readonly afterMs: number
  /** Messages with one id are one message, anyone who sends them. */
  readonly id: string
  readonly update: GossipedUpdate
}

/** How a peer behaves. */
export interface Behaviour {
  answer(asked: Asked, atSlot: number): Answer
  gossip(slot: number): readonly Utterance[]
}

/** What an adversary does, with the numbers that shape it. */
export interface Lie {
  readonly kind: LieKind
  /** Seats that it holds of every committee: at most a third. */
  readonly seats: number
  /** How old what it repeats is, or how late it is: in slots. */
  readonly lag: number
  /** Between its chunks, in milliseconds. */
  readonly dripMs: number
  readonly seed: number
}

/** When sync-committee messages are due: from then on honest nodes publish updates. */
const dueMs = ({ chain }: HonestChain): number => chain.slotDurationMs / 3
const FLOOD_MESSAGES = 24

function signatureSlotOf(object: LightClientObject): number {
  return object.kind === 'bootstrap' ? 0 : object.value.signatureSlot
}

function offer(object: LightClientObject | undefined, afterMs = 0): Answer {
  return object === undefined ? { chunks: [], ends: 'resource_unavailable' } : { chunks: [{ afterMs, object }] }
}

/** What an honest node knows at a slot, and says. */
export function honestBehaviour(honest: HonestChain): Behaviour {
  return {
    answer({ protocol, request }, atSlot) {
      if (protocol === 'light_client_bootstrap') return offer(honest.bootstrap(toHex(request as Uint8Array)))
      if (protocol !== 'light_client_updates_by_range') {
        const kind = protocol.slice('light_client_'.length) as 'finality_update'
        return offer(honest.newest(kind, atSlot))
      }
      const { startPeriod, count } = request as LightClientUpdatesByRangeRequest
      const updates = Array.from({ length: Math.min(count, 128) }, (_, at) => honest.update(startPeriod + at, atSlot))
      return { chunks: updates.flatMap((object) => (object ? [{ afterMs: 0, object }] : [])) }
    },
    gossip(slot) {
      const { optimisticUpdate, finalityUpdate } = honest.slot(slot)
      const said = [finalityUpdate, optimisticUpdate].filter((update) => update !== undefined)
      return said.map((update) => ({ afterMs: dueMs(honest), id: `${update.kind} ${slot}`, update }))
    },
  }
}

const lies = {
  replay: (honest, { lag }) => {
    const truth = honestBehaviour(honest)
    return {
      answer: (asked, atSlot) => truth.answer(asked, Math.max(1, atSlot - lag)),
      gossip: (slot) =>
        said(
          slot,
          truth.gossip(Math.max(1, slot - lag)).map(({ update }) => update),
          dueMs(honest),
          'replay',
        ),
    }
  },
  'recent only': (honest) => {
    const truth = honestBehaviour(honest)
    return {
      answer(asked, atSlot) {
        if (asked.protocol !== 'light_client_updates_by_range') return truth.answer(asked, atSlot)
        const { chunks } = truth.answer(asked, atSlot)
        const period = periodOfSlot(honest.chain, atSlot)
        const recent = chunks.filter(({ object }) => periodOfSlot(honest.chain, signatureSlotOf(object)) >= period)
        return { chunks: recent }
      },
      gossip: truth.gossip,
    }
  },
  'one at a time': (honest) => {
    const truth = honestBehaviour(honest)
    return {
      answer(asked, atSlot) {
        const { count } = (asked.request ?? {}) as Partial<LightClientUpdatesByRangeRequest>
        return count !== undefined && count > 1 ? { chunks: [], ends: 'rate_limited' } : truth.answer(asked, atSlot)
      },
      gossip: truth.gossip,
    }
  },
  withhold: (_honest, { lag }) => ({
    answer: () => ({ chunks: [], ends: (['silence', 'resource_unavailable', 'close'] as const)[lag % 3]! }),
    gossip: () => [],
  }),
  'nothing newer': (honest) => ({
    answer(asked, atSlot) {
      if (asked.protocol === 'light_client_bootstrap') return honestBehaviour(honest).answer(asked, atSlot)
      return asked.protocol === 'light_client_updates_by_range' ? { chunks: [] } : { chunks: [], ends: 'silence' }
    },
    gossip: () => [],
  }),
  fork: (honest, lie) => forging(honest, lie, (slot) => [fork(honest, lie, slot, 0)]),
  equivocate: (honest, lie) =>
    forging(honest, lie, (slot) => [0, 1, 2].map((variant) => fork(honest, lie, slot, variant))),
  'forge committee': (honest, lie) =>
    forging(honest, lie, (slot) => [fork(honest, lie, slot, 0), succession(honest, lie, slot)]),
  'patient forgery': patientForgery,
  strip: (honest, { lag }) => {
    const without = { committee: lag % 3 !== 1, finality: lag % 3 !== 2 }
    return trueButWorse(honest, (update) => stripped(honest, update, without))
  },
  'creep ahead': (honest, { lag }) => creeping(honest, lag),
  'creep back': (honest, { lag }) => creepingBack(honest, lag),
  'one signature': (honest) => trueButWorse(honest, (update) => withFewer(honest, update, 1)),
  partial: (honest, { seed }) => {
    const shares = [0.51, 0.59, 0.66]
    const count = Math.floor(COMMITTEE_SIZE * shares[seed % 3]!)
    return trueButWorse(honest, (update) => withFewer(honest, update, count, seed))
  },
  flood: (honest, { seed }) => ({
    answer: honestBehaviour(honest).answer,
    gossip(slot) {
      const { update } = honest.slot(slot)
      if (update === undefined) return []
      const updates = Array.from({ length: FLOOD_MESSAGES }, (_, at) =>
        gossiped(withFewer(honest, update, 17 + (at % 5), seed + at)),
      )
      return said(slot, updates, 0, `flood ${seed}`)
    },
  }),
  'wrong signature': (honest) => trueButWorse(honest, withWrongSignature),
  delay: (honest, { lag }) => {
    const truth = honestBehaviour(honest)
    return {
      answer(asked, atSlot) {
        const { chunks, ends } = truth.answer(asked, atSlot)
        return { chunks: chunks.map(({ object }) => ({ object, afterMs: 9_900 })), ...(ends && { ends }) }
      },
      gossip: (slot) => (slot > lag ? truth.gossip(slot - lag) : []),
    }
  },
  drip: (honest, { dripMs, lag }) => {
    const truth = honestBehaviour(honest)
    return {
      answer(asked, atSlot) {
        const { chunks } = truth.answer(asked, atSlot)
        return {
          chunks: chunks.map(({ object }) => ({ object, afterMs: dripMs })),
          ends: lag % 2 ? 'silence' : 'close',
        }
      },
      gossip: () => [],
    }
  },
} satisfies Record<string, (honest: HonestChain, lie: Lie) => Behaviour>

export type LieKind = keyof typeof lies
export const lieKinds = Object.keys(lies) as LieKind[]

export function lyingBehaviour(honest: HonestChain, lie: Lie): Behaviour {
  return lies[lie.kind](honest, lie)
}

/** One behaviour, then the next, each for so many slots. */
export function changingMind(behaviours: readonly Behaviour[], everySlots: number): Behaviour {
  const at = (slot: number): Behaviour => behaviours[Math.floor(slot / everySlots) % behaviours.length]!
  return { answer: (asked, slot) => at(slot).answer(asked, slot), gossip: (slot) => at(slot).gossip(slot) }
}

function said(slot: number, updates: readonly GossipedUpdate[], afterMs: number, who: string): Utterance[] {
  return updates.map((update, at) => ({ afterMs: afterMs + at * 10, id: `${who} ${slot} ${at}`, update }))
}

/** The newest block with an update at a slot, as an update. */
function newestUpdate(honest: HonestChain, atSlot: number): Update | undefined {
  for (let slot = atSlot; slot > Math.max(1, atSlot - 8); slot--) {
    const { update } = honest.slot(slot)
    if (update !== undefined) return update
  }
  return undefined
}

/** Answers with updates that are made of true ones. */
function trueButWorse(honest: HonestChain, worsen: (update: Update) => Update): Behaviour {
  const truth = honestBehaviour(honest)
  return {
    answer(asked, atSlot) {
      if (asked.protocol === 'light_client_bootstrap') return truth.answer(asked, atSlot)
      if (asked.protocol === 'light_client_updates_by_range') {
        const { chunks } = truth.answer(asked, atSlot)
        return { chunks: chunks.map(({ object }) => ({ afterMs: 0, object: worsen(object as Update) })) }
      }
      const update = newestUpdate(honest, atSlot)
      return offer(update && answerOf(asked.protocol, worsen(update)))
    },
    gossip(slot) {
      const { update } = honest.slot(slot)
      return update === undefined ? [] : said(slot, [gossiped(worsen(update))], 0, 'worse')
    },
  }
}

function answerOf(protocol: string, update: Update): LightClientObject {
  return protocol === 'light_client_finality_update' ? finalityUpdateOf(update) : optimisticUpdateOf(update)
}

/** Each range is answered with one true update, a bit newer each time, without committee and finality (A3). */
function creeping(honest: HonestChain, lag: number): Behaviour {
  let steps = 0
  return withholding(honest, lag, (startPeriod, atSlot) => {
    const update = newestUpdate(honest, Math.min(atSlot, startPeriod * 64 + 20 + steps++))
    return update && stripped(honest, update, { committee: true, finality: true })
  })
}

/**
 * Each range is answered with one true update that has finality and no committee, a bit older each time but newer than what is
 * final. The specification's is_better_update prefers the older one (A4).
 */
function creepingBack(honest: HonestChain, lag: number): Behaviour {
  let steps = 0
  return withholding(honest, lag, (startPeriod, atSlot) => {
    const knownSlot = Math.min(atSlot, startPeriod * 64 + 62)
    const final = honest.newest('finality_update', knownSlot)?.value.finalizedHeader.beacon.slot ?? 0
    const update = newestUpdate(honest, Math.max(final + 3, Math.min(knownSlot, final + 15) - steps++))
    return update && stripped(honest, update, { committee: true })
  })
}

/** Tells the truth of some slots ago, but for ranges. */
function withholding(
  honest: HonestChain,
  lag: number,
  ofRange: (startPeriod: number, atSlot: number) => Update | undefined,
): Behaviour {
  const truth = honestBehaviour(honest)
  return {
    answer(asked, atSlot) {
      if (asked.protocol === 'light_client_bootstrap') return truth.answer(asked, atSlot)
      if (asked.protocol !== 'light_client_updates_by_range') return truth.answer(asked, Math.max(1, atSlot - lag))
      return offer(ofRange((asked.request as LightClientUpdatesByRangeRequest).startPeriod, atSlot))
    },
    gossip: () => [],
  }
}

/** A header that nobody proposed, signed by the seats that the adversary holds. */
function fork(honest: HonestChain, { seats, seed }: Lie, slot: number, variant: number): Update {
  const attestedSlot = slot - 1
  const signers = heldSeats(honest, periodOfSlot(honest.chain, slot), seats)
  const next = forgedCommittee(honest, seed, seed % 4 === 0)
  const finalizedSlot = Math.max(1, attestedSlot - 20)
  return forgedUpdate(honest, { attestedSlot, next, signers, variant: seed * 10 + variant, finalizedSlot })
}

/** What the adversary's own committee signs, all of it: true only where its committee was taken. */
function succession(honest: HonestChain, { seed }: Lie, slot: number): Update {
  const own = forgedCommittee(honest, seed, seed % 4 === 0)
  return forgedUpdate(honest, {
    attestedSlot: slot - 1,
    next: own,
    signers: allSeats(own),
    variant: seed * 10 + 9,
    finalizedSlot: Math.max(1, slot - 21),
  })
}

/** How long a patient forger says nothing that would be found false. */
const PATIENCE_SLOTS = 7

/**
 * Brings in a committee of its own by the first update that it is asked for, which its seats signed, and only afterwards heads
 * that this committee signed: a client that did not take the committee hears nothing that is false (A1).
 */
function patientForgery(honest: HonestChain, lie: Lie): Behaviour {
  const truth = honestBehaviour(honest)
  let toldSlot = Number.POSITIVE_INFINITY
  const isTime = (slot: number): boolean => slot >= toldSlot + PATIENCE_SLOTS
  return {
    answer(asked, atSlot) {
      if (asked.protocol === 'light_client_bootstrap') return truth.answer(asked, atSlot)
      if (asked.protocol !== 'light_client_updates_by_range') {
        return offer(isTime(atSlot) ? answerOf(asked.protocol, succession(honest, lie, atSlot)) : undefined)
      }
      const { startPeriod } = asked.request as LightClientUpdatesByRangeRequest
      const slot = Math.max(2, Math.min(atSlot, startPeriod * 64 + 40))
      if (isTime(atSlot)) return offer(succession(honest, lie, slot))
      toldSlot = Math.min(toldSlot, atSlot)
      return offer(fork(honest, lie, slot, 0))
    },
    gossip: (slot) =>
      isTime(slot) ? said(slot, [gossiped(succession(honest, lie, slot))], 0, `patient ${lie.seed}`) : [],
  }
}

/** Puts made-up headers beside the truth, or in its place. */
function forging(honest: HonestChain, { seed }: Lie, forge: (slot: number) => readonly Update[]): Behaviour {
  const truth = honestBehaviour(honest)
  const random = seededRandom(seed)
  const draw = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  return {
    answer(asked, atSlot) {
      if (asked.protocol === 'light_client_bootstrap') return truth.answer(asked, atSlot)
      if (asked.protocol !== 'light_client_updates_by_range') {
        return offer(answerOf(asked.protocol, draw(forge(Math.max(2, atSlot)))))
      }
      const { startPeriod } = asked.request as LightClientUpdatesByRangeRequest
      // The first period in which the client looks, at a block that seems to be of it.
      const slot = Math.max(2, Math.min(atSlot, startPeriod * 64 + 10 + Math.floor(random() * 50)))
      const honestChunks = truth.answer(asked, atSlot).chunks
      const forged = forge(slot).map((object) => ({ afterMs: 0, object }))
      return { chunks: random() < 0.5 ? forged : [...forged, ...honestChunks] }
    },
    gossip: (slot) =>
      said(slot, forge(Math.max(2, slot)).map(gossiped), random() < 0.5 ? 0 : dueMs(honest) * 0.9, `forged ${seed}`),
  }
}
