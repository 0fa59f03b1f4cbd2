import { BitArray } from '@chainsafe/ssz'
import {
  type Goodbye,
  type MetadataV1,
  type MetadataV2,
  type MetadataV3,
  networkMessages,
  type Ping,
  type Status,
  type StatusV2,
  syncCommitteeSubnetCount,
} from '../../ssz/index.ts'
import { scaledIntervalMs } from '../limits/outbound-rate-limit.ts'
import type { InboundRateLimit, Protocol, ProtocolFallback } from '../types.ts'
import { mapCodec, sszCodec } from './codecs.ts'
import { defineProtocol, fallbackTo } from './define-protocol.ts'
import {
  lightClientBootstrap,
  lightClientFinalityUpdate,
  lightClientOptimisticUpdate,
  lightClientUpdatesByRange,
} from './light-client-protocols.ts'

/** A peer's view of its chain, in either version of Status. */
export interface StatusMessage extends Status {
  /** Version 2 only (fulu/p2p-interface.md). Sent as the head's slot where it is absent: the least that can be claimed. */
  earliestAvailableSlot?: number
}

/** A peer's metadata, in any of the three versions. */
export interface Metadata extends MetadataV1 {
  /** Version 2 on (altair/p2p-interface.md). Sent as none where absent. */
  syncnets?: BitArray
  /** Version 3 on (fulu/p2p-interface.md). Sent as 4, the least that peers accept, where absent. */
  custodyGroupCount?: bigint
}

/** CUSTODY_REQUIREMENT (fulu configuration). */
const CUSTODY_REQUIREMENT = 4n

const statusQuota: InboundRateLimit = { tokens: 5, windowMs: 15_000 }
const metadataQuota: InboundRateLimit = { tokens: 2, windowMs: 5_000 }

const same = <T>(value: T): T => value

const statusV2 = mapCodec<StatusV2, StatusMessage>(
  sszCodec(networkMessages.statusV2),
  (status) => ({ ...status, earliestAvailableSlot: status.earliestAvailableSlot ?? status.headSlot }),
  same,
)
const statusV1 = sszCodec<Status>(networkMessages.status)

const noSyncnets = (): BitArray => BitArray.fromBitLen(syncCommitteeSubnetCount)

const metadataV3 = mapCodec<MetadataV3, Metadata>(
  sszCodec(networkMessages.metadataV3),
  (metadata) => ({
    ...metadata,
    syncnets: metadata.syncnets ?? noSyncnets(),
    custodyGroupCount: metadata.custodyGroupCount ?? CUSTODY_REQUIREMENT,
  }),
  same,
)
const metadataV2 = mapCodec<MetadataV2, Metadata>(
  sszCodec(networkMessages.metadataV2),
  (metadata) => ({ ...metadata, syncnets: metadata.syncnets ?? noSyncnets() }),
  same,
)
const metadataV1 = sszCodec<MetadataV1>(networkMessages.metadataV1)

/** The versions differ in their bytes only: a field that the older one lacks is optional in the newer one's value. */
const sameEncoding = <Request, Response>(older: Protocol<Request, Response>): ProtocolFallback<Request, Response> =>
  fallbackTo(older, { requestTo: same, responseFrom: same, requestFrom: same, responseTo: same })

/** Status: the handshake (phase0/p2p-interface.md, fulu/p2p-interface.md). Asked and answered in both versions. */
const status = defineProtocol<StatusMessage, StatusMessage>({
  name: 'status',
  version: 2,
  request: statusV2,
  response: statusV2,
  inboundRateLimit: statusQuota,
  outboundRateLimit: { intervalMs: scaledIntervalMs(60_000, 3_000), burst: 2 },
  fallbacks: [
    sameEncoding(
      defineProtocol<StatusMessage, StatusMessage>({
        name: 'status',
        request: statusV1,
        response: statusV1,
        inboundRateLimit: statusQuota,
      }),
    ),
  ],
})

/** Goodbye: why we leave. An answer is allowed but rare: await `ended`, not a chunk. */
const goodbye = defineProtocol<Goodbye, Goodbye>({
  name: 'goodbye',
  request: sszCodec(networkMessages.goodbye),
  response: sszCodec(networkMessages.goodbye),
  inboundRateLimit: { tokens: 1, windowMs: 10_000 },
})

/** Ping: each side's metadata sequence number. */
const ping = defineProtocol<Ping, Ping>({
  name: 'ping',
  request: sszCodec(networkMessages.ping),
  response: sszCodec(networkMessages.ping),
  inboundRateLimit: { tokens: 2, windowMs: 10_000 },
})

/** GetMetaData, without a request body. Asked and answered in all three versions. */
const metadata = defineProtocol<undefined, Metadata>({
  name: 'metadata',
  version: 3,
  response: metadataV3,
  inboundRateLimit: metadataQuota,
  fallbacks: [
    sameEncoding(
      defineProtocol<undefined, Metadata>({
        name: 'metadata',
        version: 2,
        response: metadataV2,
        inboundRateLimit: metadataQuota,
      }),
    ),
    sameEncoding(
      defineProtocol<undefined, Metadata>({ name: 'metadata', response: metadataV1, inboundRateLimit: metadataQuota }),
    ),
  ],
})

/** The request methods of the consensus layer that a light client speaks. */
export const protocols = {
  status,
  goodbye,
  ping,
  metadata,
  lightClientBootstrap,
  lightClientUpdatesByRange,
  lightClientFinalityUpdate,
  lightClientOptimisticUpdate,
} as const
