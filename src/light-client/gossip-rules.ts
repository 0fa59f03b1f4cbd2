import type { SlotClock } from '../chain/index.ts'
import type { Verdict } from '../gossip/types.ts'
import type { BeaconBlockHeader, LightClientObject } from '../ssz/index.ts'

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
    sameHeader(last.attestedHeader.beacon, attestedHeader.beacon) &&
    sameBytes(last.syncAggregate.syncCommitteeSignature, syncAggregate.syncCommitteeSignature) &&
    sameBytes(last.syncAggregate.syncCommitteeBits.uint8Array, syncAggregate.syncCommitteeBits.uint8Array)
  )
}

// A page loads these rules late: with imports of what it has loaded, they would split that in two.
function sameHeader(a: BeaconBlockHeader, b: BeaconBlockHeader): boolean {
  return (
    a.slot === b.slot &&
    a.proposerIndex === b.proposerIndex &&
    sameBytes(a.parentRoot, b.parentRoot) &&
    sameBytes(a.stateRoot, b.stateRoot) &&
    sameBytes(a.bodyRoot, b.bodyRoot)
  )
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function hasSupermajority(update: GossipedUpdate): boolean {
  const bits = update.value.syncAggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length * 3 > bits.bitLen * 2
}
