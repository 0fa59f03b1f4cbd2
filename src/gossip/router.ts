import type { GossipSub, GossipSubComponents, GossipsubOpts } from '@libp2p/gossipsub'
import type { Chain } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { decompressedForId, MAX_PAYLOAD_BYTES, messageIdOfData } from '../wire/index.ts'
import type { GossipGuardOptions } from './guard.ts'
import { maxPublishBytes } from './payload-bounds.ts'
import { createTopicTable, type TopicTable } from './topic-table.ts'
import type { GossipRole } from './types.ts'

/** What the gossipsub service is made with, and the table that it and `createGossip()` share. */
export interface GossipRouter {
  readonly table: TopicTable
  /** Brings in gossipsub's code. @returns makes the service */
  load(): Promise<(components: GossipSubComponents) => GossipSub>
  /** What gossipsub is made with. */
  options(): Promise<Partial<GossipsubOpts>>
  /** The decompressed data of a payload whose id was made; once only, so that reading it need not decompress again. */
  takeOpened(raw: Uint8Array): Uint8Array | undefined
  /** The most bytes that a payload may have, compressed: more would be dropped on the way without a word. */
  readonly maxPublishBytes: number
}

/**
 * Prepares gossipsub for a chain.
 *
 * @param scoreOf - our own score of a peer, −100 to 100
 * @param guard - limits on what peers send. @default none
 */
export function createGossipRouter(
  chain: Chain,
  role: GossipRole,
  scoreOf: (peerId: string) => number,
  guard?: Omit<GossipGuardOptions, 'maxRpcBytes' | 'isKnownTopic'>,
): GossipRouter {
  const table = createTopicTable(chain)
  const opened = new WeakMap<Uint8Array, Uint8Array>()

  function idOf(topic: string, raw: Uint8Array): Uint8Array {
    const data = decompressedForId(raw, table.get(topic)?.maxBytes ?? MAX_PAYLOAD_BYTES)
    if (data !== undefined) opened.set(raw, data)
    return messageIdOfData(topic, raw, data)
  }

  const router: GossipRouter = {
    table,
    async load() {
      const { gossipsub, guardGossipsub, maxInboundBytes } = await import('./gossipsub.ts')
      const create = gossipsub(await router.options()) as (components: GossipSubComponents) => GossipSub
      return (components) => {
        const pubsub = create(components)
        const isKnownTopic = (name: string): boolean => table.get(name) !== undefined
        if (guard !== undefined) guardGossipsub(pubsub, { ...guard, maxRpcBytes: maxInboundBytes[role], isKnownTopic })
        return pubsub
      }
    },
    takeOpened(raw) {
      const data = opened.get(raw)
      opened.delete(raw)
      return data
    },
    maxPublishBytes: maxPublishBytes(role),
    async options() {
      const { gossipParameters } = await import('./gossipsub.ts')
      return {
        ...gossipParameters(chain, role, scoreOf),
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
  return router
}
