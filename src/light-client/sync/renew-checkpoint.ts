import type { Hex, SlotClock } from '../../chain/index.ts'

/** How often providers are asked for a newer checkpoint while peers cannot lead on, in slots. */
const RENEW_SLOTS = 32

/** Asks the user's providers for a newer block to start from. */
export interface CheckpointRenewal {
  /**
   * A root that is not one of those known; undefined without providers, and where they have nothing newer.
   *
   * @throws LamparaError `checkpoint_unavailable` when the providers do not agree; the signal's reason
   */
  newerThan(known: readonly (Hex | undefined)[]): Promise<Hex | undefined>
  /** As `newerThan()`, but at most once in 32 slots: undefined in between. */
  sometimesNewerThan(known: readonly (Hex | undefined)[]): Promise<Hex | undefined>
}

/** @param ask - asks the providers; undefined where the user named none */
export function createCheckpointRenewal(
  ask: ((signal: AbortSignal) => Promise<Hex>) | undefined,
  slotClock: Pick<SlotClock, 'currentSlot'>,
  signal: AbortSignal,
): CheckpointRenewal {
  let askedSlot = Number.NEGATIVE_INFINITY

  async function newerThan(known: readonly (Hex | undefined)[]): Promise<Hex | undefined> {
    const root = await ask?.(signal)
    return known.includes(root) ? undefined : root
  }

  return {
    newerThan,
    async sometimesNewerThan(known) {
      const slot = slotClock.currentSlot()
      // The clock may have been set back.
      if (Math.abs(slot - askedSlot) < RENEW_SLOTS) return undefined
      askedSlot = slot
      return newerThan(known)
    },
  }
}
