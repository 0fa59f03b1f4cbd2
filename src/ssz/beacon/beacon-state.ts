import {
  BitVectorType,
  ListBasicType,
  ListCompositeType,
  UintNumberType,
  VectorBasicType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import type { ForkName, Preset } from '../../chain/index.ts'
import { container } from '../basic/container.ts'
import { bytes32, uint64, uint64Bigint } from '../basic/primitives.ts'
import {
  ExecutionPayloadHeaderCapella,
  ExecutionPayloadHeaderDeneb,
  executionFieldsBellatrix,
} from '../light-client/execution-header.ts'
import { BeaconBlockHeader, committeeTypes } from '../types.ts'
import { beaconLimits, sharedLimits } from './beacon-limits.ts'
import {
  Checkpoint,
  Eth1Data,
  Fork,
  HistoricalSummary,
  PendingConsolidation,
  PendingDeposit,
  PendingPartialWithdrawal,
  Validator,
} from './beacon-operations.ts'

export { beaconBlockBodyTypes } from './beacon-block-body.ts'

/**
 * BeaconState of every fork from Altair to Fulu. Builds again on each call: keep the result.
 *
 * For programs that make states, and tests. Needs Node's `Buffer`, through the library's own list types.
 */
export function beaconStateTypes(preset: Preset) {
  const altair = altairFields(preset)
  const capella = capellaFields()
  const electra = electraFields(preset)
  const proposers = sharedLimits.proposerLookaheadEpochs * preset.slotsPerEpoch
  return {
    altair: container('BeaconState', altair),
    bellatrix: container('BeaconState', {
      ...altair,
      latestExecutionPayloadHeader: container('ExecutionPayloadHeader', {
        ...executionFieldsBellatrix,
        transactionsRoot: bytes32,
      }),
    }),
    capella: container('BeaconState', {
      ...altair,
      latestExecutionPayloadHeader: ExecutionPayloadHeaderCapella,
      ...capella,
    }),
    deneb: container('BeaconState', {
      ...altair,
      latestExecutionPayloadHeader: ExecutionPayloadHeaderDeneb,
      ...capella,
    }),
    electra: container('BeaconState', {
      ...altair,
      latestExecutionPayloadHeader: ExecutionPayloadHeaderDeneb,
      ...capella,
      ...electra,
    }),
    fulu: container('BeaconState', {
      ...altair,
      latestExecutionPayloadHeader: ExecutionPayloadHeaderDeneb,
      ...capella,
      ...electra,
      proposerLookahead: new VectorBasicType(uint64, proposers),
    }),
  } satisfies Partial<Record<ForkName, unknown>>
}

function altairFields(preset: Preset) {
  const { committee } = committeeTypes(preset.syncCommitteeSize)
  const roots = new VectorCompositeType(bytes32, preset.slotsPerHistoricalRoot)
  const eth1Votes = beaconLimits(preset).epochsPerEth1VotingPeriod * preset.slotsPerEpoch
  const participation = new ListBasicType(new UintNumberType(1), sharedLimits.validators)
  return {
    genesisTime: uint64,
    genesisValidatorsRoot: bytes32,
    slot: uint64,
    fork: Fork,
    latestBlockHeader: BeaconBlockHeader,
    blockRoots: roots,
    stateRoots: roots,
    historicalRoots: new ListCompositeType(bytes32, sharedLimits.historicalRoots),
    eth1Data: Eth1Data,
    eth1DataVotes: new ListCompositeType(Eth1Data, eth1Votes),
    eth1DepositIndex: uint64,
    validators: new ListCompositeType(Validator, sharedLimits.validators),
    balances: new ListBasicType(uint64, sharedLimits.validators),
    randaoMixes: new VectorCompositeType(bytes32, preset.epochsPerHistoricalVector),
    slashings: new VectorBasicType(uint64Bigint, preset.epochsPerSlashingsVector),
    previousEpochParticipation: participation,
    currentEpochParticipation: participation,
    justificationBits: new BitVectorType(sharedLimits.justificationBits),
    previousJustifiedCheckpoint: Checkpoint,
    currentJustifiedCheckpoint: Checkpoint,
    finalizedCheckpoint: Checkpoint,
    inactivityScores: new ListBasicType(uint64, sharedLimits.validators),
    currentSyncCommittee: committee,
    nextSyncCommittee: committee,
  }
}

function capellaFields() {
  return {
    nextWithdrawalIndex: uint64,
    nextWithdrawalValidatorIndex: uint64,
    historicalSummaries: new ListCompositeType(HistoricalSummary, sharedLimits.historicalRoots),
  }
}

function electraFields(preset: Preset) {
  const limits = beaconLimits(preset)
  return {
    depositRequestsStartIndex: uint64Bigint,
    depositBalanceToConsume: uint64Bigint,
    exitBalanceToConsume: uint64Bigint,
    earliestExitEpoch: uint64,
    consolidationBalanceToConsume: uint64Bigint,
    earliestConsolidationEpoch: uint64,
    pendingDeposits: new ListCompositeType(PendingDeposit, sharedLimits.pendingDeposits),
    pendingPartialWithdrawals: new ListCompositeType(PendingPartialWithdrawal, limits.pendingPartialWithdrawals),
    pendingConsolidations: new ListCompositeType(PendingConsolidation, limits.pendingConsolidations),
  }
}
