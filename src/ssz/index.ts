export { BitArray } from '@chainsafe/ssz'
export { PortableByteListType } from './basic/byte-list.ts'
export {
  executionBlockHashGindex,
  executionBlockHashGindexDeneb,
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  gindexDepth,
  gindexSubtreeIndex,
  type LightClientGindices,
  lightClientGindices,
} from './generalized-indices.ts'
export { ExecutionPayloadHeaderCapella, ExecutionPayloadHeaderDeneb } from './light-client/execution-header.ts'
export {
  contextDigestOf,
  contextSlotOf,
  decodeLightClientObject,
  decodeLightClientObjectOfDigest,
  encodeLightClientObject,
  hashLightClientObject,
  lightClientObject,
  lightClientSizeBounds,
} from './light-client/light-client-codec.ts'
export { forkFromJsonVersion, lightClientForkAtSlot, lightClientForkOf } from './light-client/light-client-forks.ts'
export {
  type JsonEntry,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
  lightClientObjectToJson,
} from './light-client/light-client-json.ts'
export { lightClientTypes } from './light-client/light-client-types.ts'
export {
  type ExecutionPayloadHeader,
  type LightClientBootstrap,
  type LightClientFork,
  type LightClientHeader,
  type LightClientKind,
  type LightClientObject,
  type LightClientUpdate,
  lightClientForks,
} from './light-client/light-client-values.ts'
export { decodeUpdateStream, encodeUpdateStream, maxRequestLightClientUpdates } from './light-client/update-stream.ts'
export {
  attestationSubnetCount,
  type Goodbye,
  type LightClientUpdatesByRangeRequest,
  type MetadataV1,
  type MetadataV2,
  type MetadataV3,
  networkMessages,
  type Ping,
  type Status,
  type StatusV2,
  syncCommitteeSubnetCount,
} from './network-messages.ts'
export {
  BeaconBlockHeader,
  ForkData,
  headerRoot,
  SigningData,
  type SszType,
  SyncAggregate,
  SyncCommittee,
} from './types.ts'
