import type { SlotClock } from '../../chain/index.ts'

/** Peers that are remembered. */
const MAX_PEERS = 256

/** When a question that nobody could answer is asked again: at once of a new peer, else after 1, 2, 4 … slots. */
export interface Retries {
  /** The question is this one now: another one is due at once. */
  begin(key: string): void
  noteAsked(peer: string): void
  /** All were asked. @param answered - whether the question is answered: then the next one is due at once */
  noteRound(answered: boolean): void
  /** True when it is time again, or when a peer is there that was not asked yet. */
  due(peers: readonly { readonly id: string }[]): boolean
}

/**
 * Creates retries.
 *
 * @param maxWait - the longest wait, in slots
 */
export function createRetries(slotClock: Pick<SlotClock, 'currentSlot'>, maxWait: () => number): Retries {
  const asked = new Set<string>()
  let question: string | undefined
  let waitSlots = 0
  let roundSlot = Number.NEGATIVE_INFINITY

  function reset(): void {
    asked.clear()
    waitSlots = 0
    roundSlot = Number.NEGATIVE_INFINITY
  }

  return {
    begin(key) {
      if (key !== question) reset()
      question = key
    },
    noteAsked(peer) {
      if (asked.size < MAX_PEERS) asked.add(peer)
    },
    noteRound(answered) {
      if (answered) return reset()
      waitSlots = Math.max(1, waitSlots * 2)
      roundSlot = slotClock.currentSlot()
    },
    due(peers) {
      const since = slotClock.currentSlot() - roundSlot
      // A clock that was set back must not hold it up.
      if (since < 0 || since >= Math.min(waitSlots, maxWait())) return peers.length > 0
      return peers.some(({ id }) => !asked.has(id)) && asked.size < MAX_PEERS
    },
  }
}
