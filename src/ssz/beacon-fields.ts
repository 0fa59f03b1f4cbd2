/**
 * The fields of BeaconState and BeaconBlockBody, in order, without their types: enough to derive generalized indices
 * in a browser, where the whole containers of `beacon-state.ts` would be dead weight. A test holds the two together.
 */

const altairState = [
  'genesisTime',
  'genesisValidatorsRoot',
  'slot',
  'fork',
  'latestBlockHeader',
  'blockRoots',
  'stateRoots',
  'historicalRoots',
  'eth1Data',
  'eth1DataVotes',
  'eth1DepositIndex',
  'validators',
  'balances',
  'randaoMixes',
  'slashings',
  'previousEpochParticipation',
  'currentEpochParticipation',
  'justificationBits',
  'previousJustifiedCheckpoint',
  'currentJustifiedCheckpoint',
  'finalizedCheckpoint',
  'inactivityScores',
  'currentSyncCommittee',
  'nextSyncCommittee',
] as const

const bellatrixState = [...altairState, 'latestExecutionPayloadHeader'] as const

const sinceCapella = ['nextWithdrawalIndex', 'nextWithdrawalValidatorIndex', 'historicalSummaries'] as const

const sinceElectra = [
  'depositRequestsStartIndex',
  'depositBalanceToConsume',
  'exitBalanceToConsume',
  'earliestExitEpoch',
  'consolidationBalanceToConsume',
  'earliestConsolidationEpoch',
  'pendingDeposits',
  'pendingPartialWithdrawals',
  'pendingConsolidations',
] as const

const capellaState = [...bellatrixState, ...sinceCapella] as const
const electraState = [...capellaState, ...sinceElectra] as const
const fuluState = [...electraState, 'proposerLookahead'] as const

/** BeaconState's fields by the fork that last changed them (`<fork>/beacon-chain.md`). */
export const beaconStateFields = {
  altair: altairState,
  bellatrix: bellatrixState,
  capella: capellaState,
  deneb: capellaState,
  electra: electraState,
  fulu: fuluState,
  gloas: [
    ...altairState,
    'latestBlockHash',
    ...sinceCapella,
    ...sinceElectra,
    'proposerLookahead',
    'builders',
    'nextWithdrawalBuilderIndex',
    'executionPayloadAvailability',
    'builderPendingPayments',
    'builderPendingWithdrawals',
    'latestExecutionPayloadBid',
    'payloadExpectedWithdrawals',
    'ptcWindow',
  ],
} as const

const altairBody = [
  'randaoReveal',
  'eth1Data',
  'graffiti',
  'proposerSlashings',
  'attesterSlashings',
  'attestations',
  'deposits',
  'voluntaryExits',
  'syncAggregate',
] as const

const bellatrixBody = [...altairBody, 'executionPayload'] as const
const capellaBody = [...bellatrixBody, 'blsToExecutionChanges'] as const
const denebBody = [...capellaBody, 'blobKzgCommitments'] as const
const electraBody = [...denebBody, 'executionRequests'] as const

/** BeaconBlockBody's fields by the fork that last changed them. */
export const beaconBlockBodyFields = {
  altair: altairBody,
  bellatrix: bellatrixBody,
  capella: capellaBody,
  deneb: denebBody,
  electra: electraBody,
  fulu: electraBody,
  gloas: [
    ...altairBody,
    'blsToExecutionChanges',
    'signedExecutionPayloadBid',
    'payloadAttestations',
    'parentExecutionRequests',
  ],
} as const

/** Checkpoint's fields (phase0). */
export const checkpointFields = ['epoch', 'root'] as const

/** SignedExecutionPayloadBid's fields (Gloas). */
export const signedExecutionPayloadBidFields = ['message', 'signature'] as const

/** ExecutionPayloadBid's fields (Gloas). */
export const executionPayloadBidFields = [
  'parentBlockHash',
  'parentBlockRoot',
  'blockHash',
  'prevRandao',
  'feeRecipient',
  'gasLimit',
  'builderIndex',
  'slot',
  'value',
  'executionPayment',
  'blobKzgCommitments',
  'executionRequestsRoot',
] as const
