import type { GossipSub, GossipSubComponents, GossipsubOpts } from '@libp2p/gossipsub'
import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { decompressedForId, MAX_PAYLOAD_BYTES, messageIdOfData } from '../../wire/index.ts'
import { createTopicTable, type TopicTable } from '../registry/topic-table.ts'
import type { ColocationScoring, GossipRole } from '../types.ts'
import type { GossipGuardOptions } from './guard.ts'
import { maxPublishBytes } from './payload-bounds.ts'

/** Configuration of the gossipsub service, and the topic table that it shares with `createGossip()`. */
export interface GossipsubConfig {
  readonly table: TopicTable
  /** Brings in gossipsub's code. @returns makes the service */
  load(): Promise<(components: GossipSubComponents) => GossipSub>
  /** What gossipsub is made with. */
  options(): Promise<Partial<GossipsubOpts>>
  /** The decompressed data of a payload whose id was made; once only, so that reading it need not decompress again. */
  takeDecompressed(raw: Uint8Array): Uint8Array | undefined
  /** The most bytes that a payload may have, compressed: more would be dropped on the way without a word. */
  readonly maxPublishBytes: number
}

/**
 * Creates the gossipsub configuration of a chain.
 *
 * @param scoreOf - our own score of a peer, −100 to 100
 * @param guard - limits on what peers send. @default none
 * @param colocation - how peers that share an address are scored. @default as the role has it
 */
export function createGossipsubConfig(
  chain: Chain,
  role: GossipRole,
  scoreOf: (peerId: string) => number,
  guard?: Omit<GossipGuardOptions, 'maxRpcBytes' | 'isKnownTopic'>,
  colocation?: ColocationScoring,
): GossipsubConfig {
  const table = createTopicTable(chain)
  const decompressed = new WeakMap<Uint8Array, Uint8Array>()

  function idOf(topic: string, raw: Uint8Array): Uint8Array {
    const data = decompressedForId(raw, table.get(topic)?.maxBytes ?? MAX_PAYLOAD_BYTES)
    if (data !== undefined) decompressed.set(raw, data)
    return messageIdOfData(topic, raw, data)
  }

  const config: GossipsubConfig = {
    table,
    async load() {
      const { gossipsub, guardGossipsub, maxInboundBytes } = await import('./chunk.ts')
      const create = gossipsub(await config.options()) as (components: GossipSubComponents) => GossipSub
      return (components) => {
        const pubsub = create(components)
        const isKnownTopic = (name: string): boolean => table.get(name) !== undefined
        if (guard !== undefined) guardGossipsub(pubsub, { ...guard, maxRpcBytes: maxInboundBytes[role], isKnownTopic })
        return pubsub
      }
    },
    takeDecompressed(raw) {
      const data = decompressed.get(raw)
      decompressed.delete(raw)
      return data
    },
    maxPublishBytes: maxPublishBytes(role),
    async options() {
      const { gossipParameters } = await import('./chunk.ts')
      return {
        ...gossipParameters(chain, role, scoreOf, colocation),
        msgIdFn: ({ topic, data }) => idOf(topic, data),
        dataTransform: {
          // Payloads stay as they came, so that they can be forwarded unchanged. What belongs to no topic of ours is
          // turned away here, before it is decompressed for its id or kept for others.
          inboundTransform(topic, data) {
            if (table.get(topic) !== undefined) return data
            throw new LamparaError('topic_not_subscribed', `Cannot take a message: topic ${topic} is not one of ours`)
          },
          outboundTransform: (_topic, data) => data,
        },
      }
    },
  }
  return config
}
