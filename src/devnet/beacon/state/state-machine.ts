import { BitArray } from '@chainsafe/ssz'
import { type Chain, epochOfSlot, forkAtEpoch, fromHex, periodOfEpoch, startSlotOfEpoch } from '../../../chain/index.ts'
import { headerRoot } from '../../../ssz/index.ts'
import type { BeaconBlockHeader } from '../../../ssz/light-client/light-client-values.ts'
import { type BeaconContainer, type BeaconTypes, fieldView } from '../beacon-types.ts'
import { appendHistory } from '../blocks/history.ts'
import type { DevnetForkName } from '../schedule.ts'
import type { Committee } from './committees.ts'
import { advanceFinality, type CheckpointValue, type FinalityState, genesisFinality } from './finality.ts'
import type { StateView, VectorView } from './state-view.ts'
import { upgradeState } from './upgrade.ts'

/** What the state transition asks of the devnet. */
export interface StateMachineOptions {
  readonly chain: Chain
  readonly types: BeaconTypes
  readonly genesisState: StateView
  readonly genesisHeader: BeaconBlockHeader
  committee(period: number): Committee
  proposerOf(slot: number): number
  /** Whether two thirds of the stake vote for this epoch's checkpoint. */
  justifies(epoch: number): boolean
}

/** A beacon state that moves from slot to slot (phase0/beacon-chain.md, "Beacon chain state transition function"). */
export interface StateMachine {
  readonly slot: number
  readonly fork: DevnetForkName
  readonly state: StateView
  readonly finality: FinalityState
  readonly committee: Committee
  readonly nextCommittee: Committee
  /** The root of the newest block. */
  readonly headRoot: Uint8Array
  /** process_slots: up to the slot given, with epoch ends and upgrades on the way. */
  processSlots(slot: number): void
  /** The randomness of the present epoch, for the payload's `prev_randao`. */
  randao(): Uint8Array
  /**
   * process_block: takes over the header, the execution header and the randomness of a block of the present slot.
   *
   * @returns the block's header with its state root
   */
  processBlock(block: {
    readonly proposerIndex: number
    readonly bodyRoot: Uint8Array
    readonly executionHeader: unknown
    readonly randomness: Uint8Array
  }): BeaconBlockHeader
}

/** Starts from a genesis state. */
export function createStateMachine(options: StateMachineOptions): StateMachine {
  const { chain, types } = options
  const { preset } = chain
  let state = options.genesisState
  let header = options.genesisHeader
  let fork = forkAtEpoch(chain, 0).name as DevnetForkName
  let finality = genesisFinality()
  let committee = options.committee(0)
  let nextCommittee = options.committee(1)

  const container = (): BeaconContainer => types.state[fork]
  const set = (field: string, value: unknown): void => {
    ;(state as unknown as Record<string, unknown>)[field] = fieldView(container(), field, value)
  }

  function checkpointOf(epoch: number): CheckpointValue | undefined {
    if (!options.justifies(epoch)) return undefined
    const slot = startSlotOfEpoch(chain, epoch)
    return { epoch, root: state.blockRoots.get(slot % preset.slotsPerHistoricalRoot).slice() }
  }

  function processFinality(epoch: number): void {
    const previous = epoch === 0 ? undefined : checkpointOf(epoch - 1)
    const next = advanceFinality(finality, { currentEpoch: epoch, previous, current: checkpointOf(epoch) })
    if (next === finality) return
    finality = next
    set('justificationBits', BitArray.fromBoolArray([...next.justificationBits]))
    set('previousJustifiedCheckpoint', next.previousJustified)
    set('currentJustifiedCheckpoint', next.currentJustified)
    set('finalizedCheckpoint', next.finalized)
  }

  function processEpoch(epoch: number): void {
    processFinality(epoch)
    const mixes = preset.epochsPerHistoricalVector
    state.randaoMixes.set((epoch + 1) % mixes, state.randaoMixes.get(epoch % mixes))
    if ((epoch + 1) % (preset.slotsPerHistoricalRoot / preset.slotsPerEpoch) === 0) {
      appendHistory(container(), state)
    }
    if ((epoch + 1) % preset.epochsPerSyncCommitteePeriod === 0) {
      committee = nextCommittee
      nextCommittee = options.committee(periodOfEpoch(chain, epoch + 1) + 1)
      state.currentSyncCommittee = state.nextSyncCommittee
      set('nextSyncCommittee', nextCommittee.value)
    }
  }

  function beginEpoch(epoch: number): void {
    for (const { name, version, epoch: starts } of chain.forks) {
      if (starts !== epoch || epoch === 0 || name === 'phase0') continue
      const to = name as DevnetForkName
      state.hashTreeRoot()
      state = upgradeState({
        state,
        from: container(),
        to: types.state[to],
        previousVersion: fromHex(chain.forks[chain.forks.findIndex((other) => other.name === name) - 1]!.version),
        currentVersion: fromHex(version),
        epoch,
      })
      fork = to
    }
    if (state.proposerLookahead !== undefined) fillLookahead(state.proposerLookahead, epoch)
  }

  function fillLookahead(lookahead: VectorView<number>, epoch: number): void {
    const first = startSlotOfEpoch(chain, epoch)
    for (let index = 0; index < 2 * preset.slotsPerEpoch; index++)
      lookahead.set(index, options.proposerOf(first + index))
  }

  function processSlot(): void {
    const { slot } = state
    const stateRoot = state.hashTreeRoot().slice()
    const index = slot % preset.slotsPerHistoricalRoot
    state.stateRoots.set(index, stateRoot)
    if (header.stateRoot.every((byte) => byte === 0)) {
      header = { ...header, stateRoot }
      headRoot = headerRoot(header)
      set('latestBlockHeader', header)
    }
    state.blockRoots.set(index, headRoot)
  }

  if (state.proposerLookahead !== undefined) fillLookahead(state.proposerLookahead, 0)
  let headRoot = headerRoot({ ...header, stateRoot: state.hashTreeRoot() })

  return {
    get slot() {
      return state.slot
    },
    get fork() {
      return fork
    },
    get state() {
      return state
    },
    get finality() {
      return finality
    },
    get committee() {
      return committee
    },
    get nextCommittee() {
      return nextCommittee
    },
    get headRoot() {
      return headRoot
    },
    processSlots(slot) {
      while (state.slot < slot) {
        processSlot()
        const next = state.slot + 1
        const startsEpoch = next % preset.slotsPerEpoch === 0
        if (startsEpoch) processEpoch(epochOfSlot(chain, state.slot))
        state.slot = next
        if (startsEpoch) beginEpoch(epochOfSlot(chain, next))
      }
    },
    randao: () => state.randaoMixes.get(epochOfSlot(chain, state.slot) % preset.epochsPerHistoricalVector).slice(),
    processBlock({ proposerIndex, bodyRoot, executionHeader, randomness }) {
      const { slot } = state
      header = { slot, proposerIndex, parentRoot: headRoot, stateRoot: new Uint8Array(32), bodyRoot }
      set('latestBlockHeader', header)
      if (executionHeader !== undefined) set('latestExecutionPayloadHeader', executionHeader)
      const mixIndex = epochOfSlot(chain, slot) % preset.epochsPerHistoricalVector
      const mix = state.randaoMixes.get(mixIndex)
      state.randaoMixes.set(
        mixIndex,
        mix.map((byte, index) => byte ^ randomness[index]!),
      )
      const complete = { ...header, stateRoot: state.hashTreeRoot().slice() }
      headRoot = headerRoot(complete)
      return complete
    },
  }
}
