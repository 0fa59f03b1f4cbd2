import { type BitArray, ContainerType } from '@chainsafe/ssz'
import { ExactBitVectorType } from './exact-vectors.ts'
import { bytes4, bytes32, uint64, uint64Bigint } from './primitives.ts'

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
  status: new ContainerType(statusFields, { typeName: 'Status', jsonCase: 'eth2' }),
  statusV2: new ContainerType(
    { ...statusFields, earliestAvailableSlot: uint64 },
    { typeName: 'StatusV2', jsonCase: 'eth2' },
  ),
  goodbye: uint64Bigint,
  ping: uint64Bigint,
  metadataV1: new ContainerType(metadataV1Fields, { typeName: 'MetadataV1', jsonCase: 'eth2' }),
  metadataV2: new ContainerType(metadataV2Fields, { typeName: 'MetadataV2', jsonCase: 'eth2' }),
  metadataV3: new ContainerType(
    { ...metadataV2Fields, custodyGroupCount: uint64Bigint },
    { typeName: 'MetadataV3', jsonCase: 'eth2' },
  ),
  lightClientUpdatesByRangeRequest: new ContainerType(
    { startPeriod: uint64, count: uint64 },
    { typeName: 'LightClientUpdatesByRangeRequest', jsonCase: 'eth2' },
  ),
  root: bytes32,
}
