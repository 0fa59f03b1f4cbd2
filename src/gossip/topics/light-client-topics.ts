import { epochOfSlot, forkDigestAtEpoch } from '../../chain/index.ts'
import type { LightClientObject } from '../../ssz/index.ts'
import {
  contextDigestOf,
  decodeLightClientObject,
  encodeLightClientObject,
  lightClientForkOf,
  lightClientSizeBounds,
} from '../../ssz/index.ts'
import type { Topic } from '../types.ts'
import { defineTopic } from './topic.ts'

function lightClientTopic<Kind extends 'finality_update' | 'optimistic_update'>(
  name: string,
  kind: Kind,
): Topic<LightClientObject<Kind>> {
  return defineTopic<LightClientObject<Kind>>({
    name,
    maxBytes: (chain, fork) => lightClientSizeBounds(chain.preset, kind, lightClientForkOf(fork)).maxBytes,
    decode: (bytes, { chain, fork }) => decodeLightClientObject(chain, kind, lightClientForkOf(fork), bytes),
    encode: (message, { chain }) => encodeLightClientObject(chain, message as LightClientObject),
    digestOf: (message, chain) => contextDigestOf(chain, message as LightClientObject),
    // Lodestar publishes under the digest of the signature slot: the update of the last slot before a fork or a blob-parameter
    // change comes under the new one.
    toleratedDigestOf: ({ value }, chain) => forkDigestAtEpoch(chain, epochOfSlot(chain, value.signatureSlot)),
  })
}

/** A header that has become final, about every six minutes on mainnet (altair/light-client/p2p-interface.md). */
export const lightClientFinalityUpdate: Topic<LightClientObject<'finality_update'>> = /* @__PURE__ */ lightClientTopic(
  'light_client_finality_update',
  'finality_update',
)

/** The newest header that the sync committee signed, every slot (altair/light-client/p2p-interface.md). */
export const lightClientOptimisticUpdate: Topic<LightClientObject<'optimistic_update'>> =
  /* @__PURE__ */ lightClientTopic('light_client_optimistic_update', 'optimistic_update')
