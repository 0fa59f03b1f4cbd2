import { type Chain, type Hex, toHex } from '../../chain/index.ts'
import { type BeaconBlockHeader, headerRoot } from '../../ssz/index.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'
import { isFinalityUpdate, toLightClientUpdate, type UpdateObject } from '../verification/index.ts'
import { checkpointEpochOf, createHeaderLinks } from './header-links.ts'
import type { VerifiedState } from './verified-state.ts'

/** Finalized blocks that are remembered, by checkpoint epoch. */
const MAX_FINALIZED = 256
/** How long heads stay with their branch after a conflict, in slots: an epoch of mainnet. */
const CONTESTED_SLOTS = 32
/** A branch that brings no head for so many slots is given up for another one. */
const BRANCH_LOST_SLOTS = 4

/** A header of a conflict. */
export interface ConflictingHeader {
  readonly slot: number
  readonly root: Hex
}

/** Two headers that exclude each other, each signed by two thirds of the committee. */
export interface Conflict {
  readonly kind: 'optimistic' | 'finalized'
  /** The one that was known first, and stays. */
  readonly known: ConflictingHeader
  readonly other: ConflictingHeader
}

/** Finds headers that exclude each other, among all that were verified. */
export interface ConflictRules {
  readonly last: Conflict | undefined
  /** True when an object that adds nothing may prove a conflict, so that its signature is worth a check. */
  mayConflict(state: VerifiedState, object: UpdateObject): boolean
  /** The conflict that a verified object proves with what was verified before, if any. */
  check(state: VerifiedState, object: UpdateObject): Conflict | undefined
  /** Remembers the headers of a verified object without a conflict. */
  accept(object: UpdateObject): void
  /** Forgets everything: what it was told rested on a forged committee, or is of before a newer checkpoint. */
  forget(): void
}

/** Creates rules that know nothing yet. */
export function createConflictRules(chain: Chain): ConflictRules {
  let links = createHeaderLinks()
  let finalizedByEpoch = new Map<number, BeaconBlockHeader>()
  let last: Conflict | undefined
  let contestedUntilSlot = -1
  let finalityContested = false

  const toldOf = (header: BeaconBlockHeader): ConflictingHeader => ({
    slot: header.slot,
    root: toHex(headerRoot(header)),
  })

  function headersOf(object: UpdateObject) {
    const update = toLightClientUpdate(chain, object)
    const finalized = isFinalityUpdate(update) && update.finalizedHeader.beacon.slot > 0
    return {
      attested: update.attestedHeader.beacon,
      finalized: finalized ? update.finalizedHeader.beacon : undefined,
    }
  }

  function finalizedConflict(state: VerifiedState, finalized: BeaconBlockHeader): Conflict | undefined {
    const { beacon } = state.finalized.header
    // The block that trust starts from may be any block, not only an epoch's checkpoint.
    const known =
      beacon.slot === finalized.slot ? beacon : finalizedByEpoch.get(checkpointEpochOf(chain, finalized.slot))
    if (known === undefined || toHex(headerRoot(known)) === toHex(headerRoot(finalized))) return undefined
    return { kind: 'finalized', known: toldOf(known), other: toldOf(finalized) }
  }

  function optimisticConflict(attested: BeaconBlockHeader): Conflict | undefined {
    const root = links.otherAt(attested)
    if (root === undefined) return undefined
    return { kind: 'optimistic', known: { slot: attested.slot, root }, other: toldOf(attested) }
  }

  /** While two branches are signed, heads stay with theirs; it changes only when its own has ended. */
  function leavesBranch(state: VerifiedState, attested: BeaconBlockHeader): Conflict | undefined {
    const { beacon: head } = state.optimistic.header
    if (attested.slot > contestedUntilSlot || attested.slot <= head.slot) return undefined
    if (links.relation(attested, head) === 'descends' || attested.slot - head.slot > BRANCH_LOST_SLOTS) return undefined
    return { kind: 'optimistic', known: toldOf(head), other: toldOf(attested) }
  }

  function find(state: VerifiedState, object: UpdateObject): Conflict | undefined {
    const { attested, finalized } = headersOf(object)
    const { beacon: final } = state.finalized.header
    const conflict = finalized && finalizedConflict(state, finalized)
    if (conflict !== undefined) return conflict
    // What is signed on a branch without the finalized block excludes it.
    const relation = attested.slot > final.slot ? links.relation(attested, final) : 'unknown'
    if (relation === 'excludes') return { kind: 'finalized', known: toldOf(final), other: toldOf(attested) }
    // Once finality is contested it moves only along what is known to descend from it.
    if (finalityContested && finalized !== undefined && finalized.slot > final.slot && relation !== 'descends') {
      return { kind: 'finalized', known: toldOf(final), other: toldOf(finalized) }
    }
    return optimisticConflict(attested) ?? leavesBranch(state, attested)
  }

  return {
    get last() {
      return last
    },
    mayConflict(state, object) {
      const { attested, finalized } = headersOf(object)
      if (finalized !== undefined && finalizedConflict(state, finalized) !== undefined) return true
      return optimisticConflict(attested) !== undefined
    },
    check(state, object) {
      const { attested, finalized } = headersOf(object)
      // Linked even where it is refused: later headers of its branch are then known to be of that branch.
      const conflict = find(state, object)
      links.add(attested, finalized)
      if (conflict === undefined) return undefined
      last = conflict
      contestedUntilSlot = Math.max(contestedUntilSlot, attested.slot + CONTESTED_SLOTS)
      if (conflict.kind === 'finalized') finalityContested = true
      return conflict
    },
    accept(object) {
      const { finalized } = headersOf(object)
      if (finalized === undefined) return
      const epoch = checkpointEpochOf(chain, finalized.slot)
      if (!finalizedByEpoch.has(epoch)) finalizedByEpoch.set(epoch, finalized)
      dropOldest(finalizedByEpoch, MAX_FINALIZED)
    },
    forget() {
      links = createHeaderLinks()
      finalizedByEpoch = new Map()
      contestedUntilSlot = -1
      finalityContested = false
      last = undefined
    },
  }
}
