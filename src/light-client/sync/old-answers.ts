import { dropOldest } from '../../streams/drop-oldest.ts'

/** Old answers in so many slots cost a peer something: one may be bad luck. */
const ANSWERS_PER_PENALTY = 3
/** A peer that has fallen so far is asked last already: it is not to be banned for being behind. */
const LEAST_SCORE = -10
/** Peers that are remembered. */
const MAX_PEERS = 256

/** Notes peers whose heads are old though others have newer ones. */
export interface OldAnswers {
  /** @param slot - of the head that the peer answered with @param newestSlot - of the newest head that is verified */
  note(peer: string, slot: number, newestSlot: number): void
}

/** What is known and done about peers. */
export interface OldAnswersHost {
  currentSlot(): number
  /** How many slots a head may be behind. */
  readonly maxBehindSlots: number
  scoreOf(peer: string): number | undefined
  lower(peer: string): void
}

/** Lowers the score of a peer that answered with old heads in three slots, without a current one in between. */
export function createOldAnswers({ currentSlot, maxBehindSlots, scoreOf, lower }: OldAnswersHost): OldAnswers {
  const old = new Map<string, { readonly count: number; readonly inSlot: number }>()
  return {
    note(peer, slot, newestSlot) {
      const { count, inSlot } = old.get(peer) ?? { count: 0, inSlot: Number.NaN }
      old.delete(peer)
      // A chain that stands still makes everyone's heads old: only a newer one proves that there was something to send.
      if (newestSlot - slot <= maxBehindSlots) return
      const now = currentSlot()
      const more = count + Number(inSlot !== now)
      if (more < ANSWERS_PER_PENALTY) {
        old.set(peer, { count: more, inSlot: now })
        dropOldest(old, MAX_PEERS)
      } else if ((scoreOf(peer) ?? Number.NEGATIVE_INFINITY) > LEAST_SCORE) lower(peer)
    },
  }
}
