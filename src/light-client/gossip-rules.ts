import { equalBytes, type SlotClock } from '../chain/index.ts'
import type { Verdict } from '../gossip/types.ts'
import { headerRoot, type LightClientObject } from '../ssz/index.ts'

/** MAXIMUM_GOSSIP_CLOCK_DISPARITY (phase0/p2p-interface.md), in milliseconds. */
export const MAXIMUM_GOSSIP_CLOCK_DISPARITY_MS = 500

/** What was forwarded last: the gossip conditions compare with it. */
export interface ForwardedUpdates {
  readonly finality?: LightClientObject<'finality_update'>
  readonly optimistic?: { readonly attestedSlot: number }
}

/** What processing an update did to the store, by slots before and after. */
export interface ProcessingEffect {
  readonly finalizedAdvanced: boolean
  readonly optimisticAdvanced: boolean
}

type GossipedUpdate = LightClientObject<'finality_update' | 'optimistic_update'>

/**
 * True when the update came before the block it rests on had time to spread: sync messages of its signature slot are
 * not due yet (altair/light-client/p2p-interface.md, less the clock disparity).
 */
export function isTooEarly(update: GossipedUpdate, slotClock: SlotClock, receivedAtMs: number): boolean {
  return receivedAtMs < slotClock.syncMessageDueMs(update.value.signatureSlot) - MAXIMUM_GOSSIP_CLOCK_DISPARITY_MS
}

/** True when the update brings nothing beyond what was forwarded already. */
export function isRepeated(update: GossipedUpdate, forwarded: ForwardedUpdates): boolean {
  if (update.kind === 'optimistic_update') {
    const last = forwarded.optimistic
    return last !== undefined && update.value.attestedHeader.beacon.slot <= last.attestedSlot
  }
  const last = forwarded.finality
  if (last === undefined) return false
  const slot = update.value.finalizedHeader.beacon.slot
  const lastSlot = last.value.finalizedHeader.beacon.slot
  if (slot > lastSlot) return false
  return !(slot === lastSlot && hasSupermajority(update) && !hasSupermajority(last))
}

/** The verdict on an update that was processed without error. */
export function verdictAfterProcessing(
  update: GossipedUpdate,
  effect: ProcessingEffect,
  forwarded: ForwardedUpdates,
): Verdict {
  if (update.kind === 'finality_update') return effect.finalizedAdvanced ? 'accept' : 'ignore'
  return effect.optimisticAdvanced || matchesForwardedFinality(update, forwarded) ? 'accept' : 'ignore'
}

/** What has been forwarded once this update is, too. */
export function afterForwarding(update: GossipedUpdate, forwarded: ForwardedUpdates): ForwardedUpdates {
  if (update.kind === 'finality_update') return { ...forwarded, finality: update }
  return { ...forwarded, optimistic: { attestedSlot: update.value.attestedHeader.beacon.slot } }
}

function matchesForwardedFinality(
  update: LightClientObject<'optimistic_update'>,
  forwarded: ForwardedUpdates,
): boolean {
  const last = forwarded.finality?.value
  if (last === undefined) return false
  const { attestedHeader, syncAggregate, signatureSlot } = update.value
  return (
    last.signatureSlot === signatureSlot &&
    equalBytes(headerRoot(last.attestedHeader.beacon), headerRoot(attestedHeader.beacon)) &&
    equalBytes(last.syncAggregate.syncCommitteeSignature, syncAggregate.syncCommitteeSignature) &&
    equalBytes(last.syncAggregate.syncCommitteeBits.uint8Array, syncAggregate.syncCommitteeBits.uint8Array)
  )
}

function hasSupermajority(update: GossipedUpdate): boolean {
  const bits = update.value.syncAggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length * 3 > bits.bitLen * 2
}
