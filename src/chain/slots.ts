import type { Chain } from './chain.ts'

/** The epoch that a slot lies in. */
export function epochOfSlot(chain: Chain, slot: number): number {
  return Math.floor(slot / chain.preset.slotsPerEpoch)
}

/** An epoch's first slot. */
export function startSlotOfEpoch(chain: Chain, epoch: number): number {
  return epoch * chain.preset.slotsPerEpoch
}

/** The sync-committee period that an epoch lies in. */
export function periodOfEpoch(chain: Chain, epoch: number): number {
  return Math.floor(epoch / chain.preset.epochsPerSyncCommitteePeriod)
}

/** The sync-committee period that a slot lies in. */
export function periodOfSlot(chain: Chain, slot: number): number {
  return periodOfEpoch(chain, epochOfSlot(chain, slot))
}

/** A sync-committee period's first slot. */
export function startSlotOfPeriod(chain: Chain, period: number): number {
  return startSlotOfEpoch(chain, period * chain.preset.epochsPerSyncCommitteePeriod)
}

/** When a slot begins, in unix milliseconds. */
export function slotStartMs(chain: Chain, slot: number): number {
  return chain.genesisTimeMs + slot * chain.slotDurationMs
}

/**
 * The slot in which a moment lies.
 *
 * @param timeMs - unix milliseconds
 * @returns the slot; negative before genesis
 */
export function slotAtMs(chain: Chain, timeMs: number): number {
  return Math.floor((timeMs - chain.genesisTimeMs) / chain.slotDurationMs)
}
