import type { BitArray } from '@chainsafe/ssz'

/**
 * The forks at which the light-client containers change shape. Bellatrix uses Altair's, Fulu uses Electra's. Gloas is experimental.
 */
export const lightClientForks = ['altair', 'capella', 'deneb', 'electra', 'gloas'] as const

/** A fork at which the light-client containers change shape. */
export type LightClientFork = (typeof lightClientForks)[number]

/** BeaconBlockHeader (phase0/beacon-chain.md). */
export interface BeaconBlockHeader {
  slot: number
  proposerIndex: number
  parentRoot: Uint8Array
  stateRoot: Uint8Array
  bodyRoot: Uint8Array
}

/** ExecutionPayloadHeader: Capella's fields, and from Deneb the blob-gas pair. */
export interface ExecutionPayloadHeader {
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
  transactionsRoot: Uint8Array
  withdrawalsRoot: Uint8Array
  /** Deneb and later. */
  blobGasUsed?: bigint
  /** Deneb and later. */
  excessBlobGas?: bigint
}

/** LightClientHeader: a branch is there from Capella's containers on. */
export interface LightClientHeader {
  beacon: BeaconBlockHeader
  /** In the containers of Capella to Electra. */
  execution?: ExecutionPayloadHeader
  /** In Gloas's containers. In Gloas's blocks it is the hash of the execution block that theirs is to follow. */
  executionBlockHash?: Uint8Array
  executionBranch?: Uint8Array[]
}

/** SyncCommittee: keys as 48 compressed bytes each; duplicates occur, so index by position. */
export interface SyncCommittee {
  pubkeys: Uint8Array[]
  aggregatePubkey: Uint8Array
}

/** SyncAggregate: who of the committee signed, and their aggregate signature (96 bytes). */
export interface SyncAggregate {
  syncCommitteeBits: BitArray
  syncCommitteeSignature: Uint8Array
}

/** LightClientBootstrap (altair/light-client/sync-protocol.md). */
export interface LightClientBootstrap {
  header: LightClientHeader
  currentSyncCommittee: SyncCommittee
  currentSyncCommitteeBranch: Uint8Array[]
}

/** LightClientUpdate. */
export interface LightClientUpdate {
  attestedHeader: LightClientHeader
  nextSyncCommittee: SyncCommittee
  nextSyncCommitteeBranch: Uint8Array[]
  finalizedHeader: LightClientHeader
  finalityBranch: Uint8Array[]
  syncAggregate: SyncAggregate
  signatureSlot: number
}

/** LightClientFinalityUpdate. */
export interface LightClientFinalityUpdate {
  attestedHeader: LightClientHeader
  finalizedHeader: LightClientHeader
  finalityBranch: Uint8Array[]
  syncAggregate: SyncAggregate
  signatureSlot: number
}

/** LightClientOptimisticUpdate. */
export interface LightClientOptimisticUpdate {
  attestedHeader: LightClientHeader
  syncAggregate: SyncAggregate
  signatureSlot: number
}

/** Each kind of light-client object with its value. The keys are the names that the Beacon API uses. */
export interface LightClientValues {
  bootstrap: LightClientBootstrap
  update: LightClientUpdate
  finality_update: LightClientFinalityUpdate
  optimistic_update: LightClientOptimisticUpdate
}

/** The kind of a light-client object. */
export type LightClientKind = keyof LightClientValues

/**
 * A light-client object with the container it came in: a value's shape does not tell Altair from Electra by itself.
 */
export type LightClientObject<K extends LightClientKind = LightClientKind> = {
  [Kind in K]: { readonly kind: Kind; readonly fork: LightClientFork; readonly value: LightClientValues[Kind] }
}[K]
