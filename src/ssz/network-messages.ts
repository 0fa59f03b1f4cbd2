import type { BitArray } from '@chainsafe/ssz'
import { container } from './basic/container.ts'
import { ExactBitVectorType } from './basic/exact-vectors.ts'
import { bytes4, bytes32, uint64, uint64Bigint } from './basic/primitives.ts'

/** ATTESTATION_SUBNET_COUNT (phase0/p2p-interface.md). */
export const attestationSubnetCount = 64
/** SYNC_COMMITTEE_SUBNET_COUNT (altair/validator.md). */
export const syncCommitteeSubnetCount = 4

/** Status version 1 (phase0/p2p-interface.md). */
export interface Status {
  forkDigest: Uint8Array
  finalizedRoot: Uint8Array
  finalizedEpoch: number
  headRoot: Uint8Array
  headSlot: number
}

/** Status version 2 (fulu/p2p-interface.md). */
export interface StatusV2 extends Status {
  earliestAvailableSlot: number
}

/** Why a peer leaves: 1 shutdown, 2 irrelevant network, 3 fault; 128 and above by convention. */
export type Goodbye = bigint

/** The sender's metadata sequence number. */
export type Ping = bigint

/** MetaData version 1 (phase0/p2p-interface.md). */
export interface MetadataV1 {
  seqNumber: bigint
  attnets: BitArray
}

/** MetaData version 2 (altair/p2p-interface.md). */
export interface MetadataV2 extends MetadataV1 {
  syncnets: BitArray
}

/** MetaData version 3 (fulu/p2p-interface.md). */
export interface MetadataV3 extends MetadataV2 {
  custodyGroupCount: bigint
}

/** The request of LightClientUpdatesByRange (altair/light-client/p2p-interface.md). */
export interface LightClientUpdatesByRangeRequest {
  startPeriod: number
  count: number
}

const statusFields = {
  forkDigest: bytes4,
  finalizedRoot: bytes32,
  finalizedEpoch: uint64,
  headRoot: bytes32,
  headSlot: uint64,
}

const metadataV1Fields = { seqNumber: uint64Bigint, attnets: new ExactBitVectorType(attestationSubnetCount) }
const metadataV2Fields = { ...metadataV1Fields, syncnets: new ExactBitVectorType(syncCommitteeSubnetCount) }

/** The types of request/response messages beside the light-client objects. Each has a fixed size. */
export const networkMessages = {
  status: container('Status', statusFields),
  statusV2: container('StatusV2', { ...statusFields, earliestAvailableSlot: uint64 }),
  goodbye: uint64Bigint,
  ping: uint64Bigint,
  metadataV1: container('MetadataV1', metadataV1Fields),
  metadataV2: container('MetadataV2', metadataV2Fields),
  metadataV3: container('MetadataV3', { ...metadataV2Fields, custodyGroupCount: uint64Bigint }),
  lightClientUpdatesByRangeRequest: container('LightClientUpdatesByRangeRequest', {
    startPeriod: uint64,
    count: uint64,
  }),
  root: bytes32,
}
