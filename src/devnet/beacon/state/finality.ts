/** A Checkpoint (phase0/beacon-chain.md). */
export interface CheckpointValue {
  readonly epoch: number
  readonly root: Uint8Array
}

/** What the finality gadget remembers in the state. */
export interface FinalityState {
  /** Whether the current epoch, the one before, and so on, four in all, are justified. */
  readonly justificationBits: readonly boolean[]
  readonly previousJustified: CheckpointValue
  readonly currentJustified: CheckpointValue
  readonly finalized: CheckpointValue
}

/** What two thirds of the stake voted for at an epoch's end. */
export interface Targets {
  /** The epoch that ends. */
  readonly currentEpoch: number
  /** The checkpoint of the epoch before, or undefined where too few voted for it. */
  readonly previous: CheckpointValue | undefined
  /** The checkpoint of the epoch that ends, or undefined where too few voted for it. */
  readonly current: CheckpointValue | undefined
}

/** Genesis: nothing justified, nothing final. */
export function genesisFinality(): FinalityState {
  const none = { epoch: 0, root: new Uint8Array(32) }
  return {
    justificationBits: [false, false, false, false],
    previousJustified: none,
    currentJustified: none,
    finalized: none,
  }
}

/**
 * Justification and finalization at an epoch's end (phase0/beacon-chain.md, weigh_justification_and_finalization).
 * The first two epochs count for nothing, as there.
 */
export function advanceFinality(state: FinalityState, targets: Targets): FinalityState {
  const { currentEpoch, previous, current } = targets
  if (currentEpoch <= 1) return state
  const { previousJustified: oldPrevious, currentJustified: oldCurrent } = state
  const bits = [false, ...state.justificationBits.slice(0, 3)]
  let currentJustified = oldCurrent
  if (previous !== undefined) {
    currentJustified = previous
    bits[1] = true
  }
  if (current !== undefined) {
    currentJustified = current
    bits[0] = true
  }
  const justified = (from: number, to: number): boolean => bits.slice(from, to).every(Boolean)
  let finalized = state.finalized
  if (justified(1, 4) && oldPrevious.epoch + 3 === currentEpoch) finalized = oldPrevious
  if (justified(1, 3) && oldPrevious.epoch + 2 === currentEpoch) finalized = oldPrevious
  if (justified(0, 3) && oldCurrent.epoch + 2 === currentEpoch) finalized = oldCurrent
  if (justified(0, 2) && oldCurrent.epoch + 1 === currentEpoch) finalized = oldCurrent
  return { justificationBits: bits, previousJustified: oldCurrent, currentJustified, finalized }
}
