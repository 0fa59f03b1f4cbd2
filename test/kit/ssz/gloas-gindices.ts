/**
 * Gloas's containers are progressive ones (EIP-7495), for which there is no SSZ type here yet: their fields in order, and how
 * generalized indices follow from them.
 */
import { gindexDepth, gindexSubtreeIndex } from '../../../src/ssz/index.ts'

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

/** BeaconState's fields in Gloas. */
export const stateFields = [
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
] as const

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

/** BeaconBlockBody's fields in Gloas. */
export const bodyFields = [
  ...altairBody,
  'blsToExecutionChanges',
  'signedExecutionPayloadBid',
  'payloadAttestations',
  'parentExecutionRequests',
] as const

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

/** The generalized index of a field in a Container (ssz/merkle-proofs.md). */
export function containerGindex<Field extends string>(fields: readonly Field[], field: NoInfer<Field>): number {
  return 2 ** Math.ceil(Math.log2(fields.length)) + indexOfField(fields, field)
}

/**
 * The generalized index of a field in a ProgressiveContainer whose fields are all active (EIP-7495, EIP-7916): the fields
 * hang to the left of a spine in subtrees of 1, 4, 16, … leaves, and the whole is mixed with the active fields.
 */
export function progressiveContainerGindex<Field extends string>(
  fields: readonly Field[],
  field: NoInfer<Field>,
): number {
  let position = indexOfField(fields, field)
  let spine = 2
  let leaves = 1
  while (position >= leaves) {
    position -= leaves
    spine = spine * 2 + 1
    leaves *= 4
  }
  return spine * 2 * leaves + position
}

/** The generalized index of a path, from those of its steps (`concat_generalized_indices`). */
export function concatGindices(...gindices: readonly number[]): number {
  return gindices.reduce((path, step) => path * 2 ** gindexDepth(step) + gindexSubtreeIndex(step), 1)
}

function indexOfField<Field extends string>(fields: readonly Field[], field: Field): number {
  const index = fields.indexOf(field)
  if (index < 0) throw new Error(`There is no field ${field}`)
  return index
}
