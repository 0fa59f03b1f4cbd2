import type { SlotClock } from '../../chain/index.ts'
import type { Verdict } from '../../gossip/types.ts'
import type { BeaconBlockHeader, LightClientObject } from '../../ssz/index.ts'

/** MAXIMUM_GOSSIP_CLOCK_DISPARITY (phase0/p2p-interface.md), in milliseconds. */
export const MAXIMUM_GOSSIP_CLOCK_DISPARITY_MS = 500

/** What was forwarded last: the gossip conditions compare with it. */
export interface ForwardedUpdates {
  readonly finality?: LightClientObject<'finality_update'>
  readonly optimistic?: { readonly attestedSlot: number }
}

/** Where the store stands after processing an update. */
export interface VerifiedHeads {
  readonly finalized: { readonly header: { readonly beacon: BeaconBlockHeader } } | undefined
  readonly optimistic: { readonly header: { readonly beacon: BeaconBlockHeader } } | undefined
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

/**
 * The verdict on an update that was verified. The store must stand at the header that the update proves: either this update
 * moved it there, or the same header came before by a request, too early, or with fewer signers, and was not forwarded. What
 * fewer than two thirds signed is never forwarded.
 */
export function verdictAfterProcessing(
  update: GossipedUpdate,
  { finalized, optimistic }: VerifiedHeads,
  forwarded: ForwardedUpdates,
): Verdict {
  if (!hasTwoThirds(update)) return 'ignore'
  if (update.kind === 'finality_update') {
    return finalized !== undefined && sameHeader(finalized.header.beacon, update.value.finalizedHeader.beacon)
      ? 'accept'
      : 'ignore'
  }
  const isHead = optimistic !== undefined && sameHeader(optimistic.header.beacon, update.value.attestedHeader.beacon)
  return isHead || matchesForwardedFinality(update, forwarded) ? 'accept' : 'ignore'
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

/** The specification's gossip condition: more than two thirds. */
function hasSupermajority(update: GossipedUpdate): boolean {
  const bits = update.value.syncAggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length * 3 > bits.bitLen * 2
}

/** What moves the store: at least two thirds. */
function hasTwoThirds(update: GossipedUpdate): boolean {
  const bits = update.value.syncAggregate.syncCommitteeBits
  return bits.getTrueBitIndexes().length * 3 >= bits.bitLen * 2
}
