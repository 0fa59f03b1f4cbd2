import { BooleanType, UintNumberType } from '@chainsafe/ssz'
import type { Preset } from '../../chain/index.ts'
import { container } from '../basic/container.ts'
import { ExactBitVectorType, ExactVectorType } from '../basic/exact-vectors.ts'
import { PortableBitListType } from '../basic/portable-bit-list.ts'
import { PortableListType } from '../basic/portable-list.ts'
import { bytes4, bytes20, bytes32, bytes48, bytes96, uint64, uint64Bigint } from '../basic/primitives.ts'
import { executionFieldsBellatrix } from '../light-client/execution-header.ts'
import { BeaconBlockHeader } from '../types.ts'
import { beaconLimits, sharedLimits } from './beacon-limits.ts'
import { TransactionListType } from './transaction-list.ts'

/** An epoch, where 2^64 − 1 (FAR_FUTURE_EPOCH) is `Infinity`. */
const farEpoch = new UintNumberType(8, { clipInfinity: true })

export const Fork = container('Fork', { previousVersion: bytes4, currentVersion: bytes4, epoch: uint64 })
export const Checkpoint = container('Checkpoint', { epoch: uint64, root: bytes32 })
export const Eth1Data = container('Eth1Data', { depositRoot: bytes32, depositCount: uint64, blockHash: bytes32 })
export const HistoricalSummary = container('HistoricalSummary', {
  blockSummaryRoot: bytes32,
  stateSummaryRoot: bytes32,
})

export const Validator = container('Validator', {
  pubkey: bytes48,
  withdrawalCredentials: bytes32,
  effectiveBalance: uint64,
  slashed: new BooleanType(),
  activationEligibilityEpoch: farEpoch,
  activationEpoch: farEpoch,
  exitEpoch: farEpoch,
  withdrawableEpoch: farEpoch,
})

export const PendingDeposit = container('PendingDeposit', {
  pubkey: bytes48,
  withdrawalCredentials: bytes32,
  amount: uint64Bigint,
  signature: bytes96,
  slot: uint64,
})
export const PendingPartialWithdrawal = container('PendingPartialWithdrawal', {
  validatorIndex: uint64,
  amount: uint64Bigint,
  withdrawableEpoch: uint64,
})
export const PendingConsolidation = container('PendingConsolidation', { sourceIndex: uint64, targetIndex: uint64 })

const attestationData = container('AttestationData', {
  slot: uint64,
  index: uint64,
  beaconBlockRoot: bytes32,
  source: Checkpoint,
  target: Checkpoint,
})
const signedHeader = container('SignedBeaconBlockHeader', { message: BeaconBlockHeader, signature: bytes96 })
const proposerSlashing = container('ProposerSlashing', { signedHeader1: signedHeader, signedHeader2: signedHeader })
const depositData = container('DepositData', {
  pubkey: bytes48,
  withdrawalCredentials: bytes32,
  amount: uint64Bigint,
  signature: bytes96,
})
const deposit = container('Deposit', {
  proof: new ExactVectorType(bytes32, sharedLimits.depositProofDepth),
  data: depositData,
})
const voluntaryExit = container('VoluntaryExit', { epoch: uint64, validatorIndex: uint64 })
const signedVoluntaryExit = container('SignedVoluntaryExit', { message: voluntaryExit, signature: bytes96 })
const withdrawal = container('Withdrawal', {
  index: uint64,
  validatorIndex: uint64,
  address: bytes20,
  amount: uint64Bigint,
})
const blsToExecutionChange = container('BLSToExecutionChange', {
  validatorIndex: uint64,
  fromBlsPubkey: bytes48,
  toExecutionAddress: bytes20,
})
const signedBlsToExecutionChange = container('SignedBLSToExecutionChange', {
  message: blsToExecutionChange,
  signature: bytes96,
})
const depositRequest = container('DepositRequest', {
  pubkey: bytes48,
  withdrawalCredentials: bytes32,
  amount: uint64Bigint,
  signature: bytes96,
  index: uint64Bigint,
})
const withdrawalRequest = container('WithdrawalRequest', {
  sourceAddress: bytes20,
  validatorPubkey: bytes48,
  amount: uint64Bigint,
})
const consolidationRequest = container('ConsolidationRequest', {
  sourceAddress: bytes20,
  sourcePubkey: bytes48,
  targetPubkey: bytes48,
})

/** Operations that are the same in every fork. */
export const operations = {
  proposerSlashings: new PortableListType(proposerSlashing, sharedLimits.proposerSlashings),
  deposits: new PortableListType(deposit, sharedLimits.deposits),
  voluntaryExits: new PortableListType(signedVoluntaryExit, sharedLimits.voluntaryExits),
  blsToExecutionChanges: new PortableListType(signedBlsToExecutionChange, sharedLimits.blsToExecutionChanges),
  blobKzgCommitments: new PortableListType(bytes48, sharedLimits.blobCommitmentsPerBlock),
  executionRequests: container('ExecutionRequests', {
    deposits: new PortableListType(depositRequest, sharedLimits.depositRequestsPerPayload),
    withdrawals: new PortableListType(withdrawalRequest, sharedLimits.withdrawalRequestsPerPayload),
    consolidations: new PortableListType(consolidationRequest, sharedLimits.consolidationRequestsPerPayload),
  }),
}

/** Attestations and their slashings: phase0's, with a bit per validator of a committee. */
export function attestationTypes(preset: Preset) {
  const attestation = container('Attestation', {
    aggregationBits: new PortableBitListType(preset.maxValidatorsPerCommittee),
    data: attestationData,
    signature: bytes96,
  })
  return {
    attesterSlashings: attesterSlashings(preset.maxValidatorsPerCommittee, sharedLimits.attesterSlashings),
    attestations: new PortableListType(attestation, sharedLimits.attestations),
  }
}

/** Attestations and their slashings as Electra has them, across a slot's committees (EIP-7549). */
export function attestationTypesElectra(preset: Preset) {
  const committees = beaconLimits(preset).maxCommitteesPerSlot
  const validators = preset.maxValidatorsPerCommittee * committees
  const attestation = container('Attestation', {
    aggregationBits: new PortableBitListType(validators),
    data: attestationData,
    signature: bytes96,
    committeeBits: new ExactBitVectorType(committees),
  })
  return {
    attesterSlashings: attesterSlashings(validators, sharedLimits.attesterSlashingsElectra),
    attestations: new PortableListType(attestation, sharedLimits.attestationsElectra),
  }
}

function attesterSlashings(validators: number, limit: number) {
  const indexed = container('IndexedAttestation', {
    attestingIndices: new PortableListType(uint64, validators),
    data: attestationData,
    signature: bytes96,
  })
  return new PortableListType(container('AttesterSlashing', { attestation1: indexed, attestation2: indexed }), limit)
}

/** ExecutionPayload of Bellatrix, Capella and Deneb (and after). */
export function executionPayloadTypes(preset: Preset) {
  const bellatrix = { ...executionFieldsBellatrix, transactions: new TransactionListType() }
  const capella = {
    ...bellatrix,
    withdrawals: new PortableListType(withdrawal, beaconLimits(preset).maxWithdrawalsPerPayload),
  }
  return {
    bellatrix: container('ExecutionPayload', bellatrix),
    capella: container('ExecutionPayload', capella),
    deneb: container('ExecutionPayload', { ...capella, blobGasUsed: uint64Bigint, excessBlobGas: uint64Bigint }),
  }
}
