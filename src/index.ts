/**
 * Ethereum light clients on the beacon chain's own peer-to-peer network, in browser tabs and in Node.
 *
 * `createLightClient()` follows the chain and yields verified heads; `createNetwork()` is the network alone, with every
 * gossip topic and request method as async iterables.
 *
 * @packageDocumentation
 */

export {
  type BlobParameters,
  type Chain,
  type ChainConfig,
  type ChainOptions,
  type ConfigValues,
  createChain,
  type Fork,
  type ForkName,
  forkNames,
  type GenesisValues,
  type Hex,
  hoodi,
  mainnet,
  type Preset,
  sepolia,
} from './chain/index.ts'
export type { BootstrapList, BootstrapListOptions, ResolveTxt } from './discovery/bootstrap-list/index.ts'
export {
  type FetchJoinDocumentOptions,
  type FromBeaconApiOptions,
  fetchJoinDocument,
  fromBeaconApi,
  type JoinDocument,
  parseJoinDocument,
} from './discovery/index.ts'
export {
  type ErrorDetails,
  errorCodes,
  isLamparaError,
  LamparaError,
  type LamparaErrorCode,
  type LamparaErrorJson,
  type LamparaErrorOf,
  type LamparaErrorOptions,
  type NoDetails,
  type RequestDetails,
  reviveError,
} from './errors/index.ts'
export { type BeaconBlockMessage, defineTopic, type TopicDeclaration, topics } from './gossip/index.ts'
export type * from './gossip/types.ts'
export {
  type Agreement,
  type Checkpoint,
  type ConflictingHead,
  createLightClient,
  createSharedLightClient,
  type ExecutionHead,
  type GapReason,
  type Head,
  type HeadConflict,
  type HeadGap,
  type HeadJson,
  type JoinLightClientOptions,
  type LightClient,
  type LightClientDataSource,
  type LightClientOptions,
  type LightClientState,
  type LightClientStatus,
  type SharedLightClient,
  type SharedLightClientOptions,
  serveVerified,
  type TabRole,
} from './light-client/index.ts'
export type * from './limits/limits.ts'
export {
  bootstrapList,
  createNetwork,
  libp2pOptions,
  type NetworkNodeOptions,
  type OpenStorageOptions,
  openStorage,
  type ServiceFactory,
} from './network/index.ts'
export type * from './network/metrics/metrics-types.ts'
export type * from './network/types.ts'
export type { AddressEntry, AddressTable } from './peers/address-book/entry.ts'
export type * from './peers/types.ts'
export type { Candidate, CandidateSource } from './platform/candidate-source.ts'
export { type KeyValueStorage, memoryStorage } from './platform/storage.ts'
export {
  type Libp2pNode,
  type Libp2pService,
  type Libp2pTransport,
  type TransportName,
  transportNames,
} from './platform/transports.ts'
export {
  defineProtocol,
  fallbackTo,
  type Metadata,
  type ProtocolDeclaration,
  protocols,
  type StatusMessage,
  type Translation,
} from './reqresp/index.ts'
export type * from './reqresp/types.ts'
export type * from './ssz/beacon/beacon-values.ts'
export type { LightClientUpdatesByRangeRequest } from './ssz/index.ts'
export type * from './ssz/light-client/light-client-values.ts'
export { lightClientForks } from './ssz/light-client/light-client-values.ts'
export type { AbortOptions } from './streams/abort.ts'
export { type CancelTimer, type Clock, offsetClock, systemClock } from './streams/clock.ts'
export type { HistogramSnapshot } from './streams/histogram.ts'
