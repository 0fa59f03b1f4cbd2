import type { BitArray } from '@chainsafe/ssz'
import type { BeaconBlockHeader, SyncAggregate } from '../light-client/light-client-values.ts'

/** Checkpoint (phase0/beacon-chain.md): the block that an epoch began with, as attesters saw it. */
export interface AttestationCheckpoint {
  epoch: number
  root: Uint8Array
}

/** AttestationData; since Electra `index` is 0. */
export interface AttestationData {
  slot: number
  index: number
  beaconBlockRoot: Uint8Array
  source: AttestationCheckpoint
  target: AttestationCheckpoint
}

/** Attestation. */
export interface Attestation {
  aggregationBits: BitArray
  data: AttestationData
  signature: Uint8Array
  /** Electra and later. */
  committeeBits?: BitArray
}

/** IndexedAttestation. */
export interface IndexedAttestation {
  attestingIndices: number[]
  data: AttestationData
  signature: Uint8Array
}

/** AttesterSlashing: what a validator signed twice. */
export interface AttesterSlashing {
  attestation1: IndexedAttestation
  attestation2: IndexedAttestation
}

/** SignedBeaconBlockHeader. */
export interface SignedBeaconBlockHeader {
  message: BeaconBlockHeader
  signature: Uint8Array
}

/** ProposerSlashing: two blocks of one proposer for one slot. */
export interface ProposerSlashing {
  signedHeader1: SignedBeaconBlockHeader
  signedHeader2: SignedBeaconBlockHeader
}

/** Deposit, as the deposit contract's logs brought them before Electra. Amounts are gwei. */
export interface Deposit {
  proof: Uint8Array[]
  data: { pubkey: Uint8Array; withdrawalCredentials: Uint8Array; amount: bigint; signature: Uint8Array }
}

/** SignedVoluntaryExit. */
export interface SignedVoluntaryExit {
  message: { epoch: number; validatorIndex: number }
  signature: Uint8Array
}

/** SignedBLSToExecutionChange (capella/beacon-chain.md). */
export interface SignedBlsToExecutionChange {
  message: { validatorIndex: number; fromBlsPubkey: Uint8Array; toExecutionAddress: Uint8Array }
  signature: Uint8Array
}

/** SignedContributionAndProof (altair/validator.md): what an aggregator collected of one sync subcommittee. */
export interface SignedContributionAndProof {
  message: {
    aggregatorIndex: number
    contribution: {
      slot: number
      beaconBlockRoot: Uint8Array
      subcommitteeIndex: number
      aggregationBits: BitArray
      signature: Uint8Array
    }
    selectionProof: Uint8Array
  }
  signature: Uint8Array
}

/** Withdrawal (capella/beacon-chain.md), in gwei. */
export interface Withdrawal {
  index: number
  validatorIndex: number
  address: Uint8Array
  amount: bigint
}

/** ExecutionPayload. Transactions are as Ethereum encodes them. */
export interface ExecutionPayload {
  parentHash: Uint8Array
  feeRecipient: Uint8Array
  stateRoot: Uint8Array
  receiptsRoot: Uint8Array
  logsBloom: Uint8Array
  prevRandao: Uint8Array
  blockNumber: bigint
  gasLimit: bigint
  gasUsed: bigint
  timestamp: bigint
  extraData: Uint8Array
  baseFeePerGas: bigint
  blockHash: Uint8Array
  transactions: Uint8Array[]
  /** Capella and later. */
  withdrawals?: Withdrawal[]
  /** Deneb and later. */
  blobGasUsed?: bigint
  /** Deneb and later. */
  excessBlobGas?: bigint
}

/** ExecutionRequests (electra/beacon-chain.md), in gwei. */
export interface ExecutionRequests {
  deposits: {
    pubkey: Uint8Array
    withdrawalCredentials: Uint8Array
    amount: bigint
    signature: Uint8Array
    index: bigint
  }[]
  withdrawals: { sourceAddress: Uint8Array; validatorPubkey: Uint8Array; amount: bigint }[]
  consolidations: { sourceAddress: Uint8Array; sourcePubkey: Uint8Array; targetPubkey: Uint8Array }[]
}

/** BeaconBlockBody, with the fields that its fork has. */
export interface BeaconBlockBody {
  randaoReveal: Uint8Array
  eth1Data: { depositRoot: Uint8Array; depositCount: number; blockHash: Uint8Array }
  graffiti: Uint8Array
  proposerSlashings: ProposerSlashing[]
  attesterSlashings: AttesterSlashing[]
  attestations: Attestation[]
  deposits: Deposit[]
  voluntaryExits: SignedVoluntaryExit[]
  syncAggregate: SyncAggregate
  /** Bellatrix and later. */
  executionPayload?: ExecutionPayload
  /** Capella and later. */
  blsToExecutionChanges?: SignedBlsToExecutionChange[]
  /** Deneb and later. */
  blobKzgCommitments?: Uint8Array[]
  /** Electra and later. */
  executionRequests?: ExecutionRequests
}

/** SignedBeaconBlock. */
export interface SignedBeaconBlock {
  message: {
    slot: number
    proposerIndex: number
    parentRoot: Uint8Array
    stateRoot: Uint8Array
    body: BeaconBlockBody
  }
  signature: Uint8Array
}
