import { periodOfSlot } from '../../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import {
  contextDigestOf,
  decodeLightClientObjectOfDigest,
  encodeLightClientObject,
  type LightClientKind,
  type LightClientObject,
  type LightClientUpdatesByRangeRequest,
  lightClientForkOf,
  lightClientSizeBounds,
  maxRequestLightClientUpdates,
  networkMessages,
} from '../../ssz/index.ts'
import { scaledIntervalMs } from '../limits/outbound-rate-limit.ts'
import type { ChunkContext, Codec, OutboundRateLimit } from '../types.ts'
import { sszCodec } from './codecs.ts'
import { defineProtocol } from './define-protocol.ts'

// What beacon nodes tolerate (Lodestar bans beyond 5 bootstraps in 15 s, 128 updates in 10 s and 2 of the newest in 12 s; Lighthouse
// delays beyond one in 10 s, and fails what exceeds two in flight). The second of a burst is for an answer lost with its connection.
const bulkPace: OutboundRateLimit = { intervalMs: scaledIntervalMs(15_000, 10_000), burst: 2, maxInFlight: 1 }
const newestPace: OutboundRateLimit = { intervalMs: 12_000, burst: 2, maxInFlight: 1 }

/** LightClientBootstrap by block root (altair/light-client/p2p-interface.md). */
export const lightClientBootstrap = defineProtocol<Uint8Array, LightClientObject<'bootstrap'>>({
  name: 'light_client_bootstrap',
  request: sszCodec(networkMessages.root),
  response: codecOf('bootstrap'),
  digestOf: (object, chain) => contextDigestOf(chain, object),
  inboundRateLimit: { tokens: 5, windowMs: 15_000 },
  outboundRateLimit: bulkPace,
})

/** LightClientUpdate of each of up to 128 consecutive sync-committee periods. */
export const lightClientUpdatesByRange = defineProtocol<LightClientUpdatesByRangeRequest, LightClientObject<'update'>>({
  name: 'light_client_updates_by_range',
  request: sszCodec(networkMessages.lightClientUpdatesByRangeRequest),
  response: codecOf('update'),
  digestOf: (object, chain) => contextDigestOf(chain, object),
  maxChunks: ({ count }) => Math.min(count, maxRequestLightClientUpdates),
  // In all 35 MB a second of Electra's updates.
  inboundRateLimit: {
    tokens: maxRequestLightClientUpdates,
    totalTokens: 100 * maxRequestLightClientUpdates,
    windowMs: 10_000,
  },
  cost: ({ count }) => count,
  outboundRateLimit: bulkPace,
  resume({ startPeriod, count }, { last }, chain) {
    const next = periodOfSlot(chain, last.value.attestedHeader.beacon.slot) + 1
    const done = next - startPeriod
    // A period that was not asked for tells nothing of where to go on.
    return done > 0 && done <= count ? { startPeriod: next, count: count - done } : undefined
  },
})

/** The newest LightClientFinalityUpdate. */
export const lightClientFinalityUpdate = defineProtocol<undefined, LightClientObject<'finality_update'>>({
  name: 'light_client_finality_update',
  response: codecOf('finality_update'),
  digestOf: (object, chain) => contextDigestOf(chain, object),
  inboundRateLimit: { tokens: 2, windowMs: 12_000 },
  outboundRateLimit: newestPace,
})

/** The newest LightClientOptimisticUpdate. */
export const lightClientOptimisticUpdate = defineProtocol<undefined, LightClientObject<'optimistic_update'>>({
  name: 'light_client_optimistic_update',
  response: codecOf('optimistic_update'),
  digestOf: (object, chain) => contextDigestOf(chain, object),
  inboundRateLimit: { tokens: 2, windowMs: 12_000 },
  outboundRateLimit: newestPace,
})

function codecOf<K extends LightClientKind>(kind: K): (context: ChunkContext) => Codec<LightClientObject<K>> {
  return ({ chain, fork, forkDigest }) => {
    if (fork === undefined || forkDigest === undefined) {
      throw new LamparaError('context_unknown', `Cannot choose the containers of a ${kind} without a fork digest`)
    }
    const bounds = inContext(() => lightClientSizeBounds(chain.preset, kind, lightClientForkOf(fork)))
    return {
      ...bounds,
      encode: (object) => encodeLightClientObject(chain, object as LightClientObject),
      decode: (bytes) => inContext(() => decodeLightClientObjectOfDigest(chain, kind, forkDigest, bytes)),
    }
  }
}

/** A digest of a fork without light-client containers is as good as an unknown one. */
function inContext<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!isLamparaError(error, 'fork_unknown')) throw error
    throw new LamparaError('context_unknown', messageOf(error), { cause: error })
  }
}
