import { epochOfSlot, forkDigestAtEpoch, type Hex, slotAtMs } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { compressBlock, parseTopic } from '../../wire/index.ts'
import type { GossipOptions } from '../options.ts'
import type { TopicRegistry } from '../registry/topic-registry.ts'
import type { Gossip, Topic } from '../types.ts'

/** What publishing needs. */
export interface PublishOptions
  extends Pick<GossipOptions, 'pubsub' | 'gossipsubConfig' | 'chain' | 'clock' | 'hasOutboundStream' | 'onPublished'> {
  readonly registry: TopicRegistry
  isStopped(): boolean
}

/** Creates the two ways to publish; see `Gossip`. */
export function createPublish(options: PublishOptions): Pick<Gossip, 'publish' | 'publishRaw'> {
  const { pubsub, chain, clock, registry, isStopped, hasOutboundStream } = options
  const { table, maxPublishBytes } = options.gossipsubConfig

  async function publishRaw(topicString: string, raw: Uint8Array): Promise<number> {
    parseTopic(topicString)
    if (isStopped()) throw new LamparaError('stopped', `Cannot publish on ${topicString}: the network has stopped`)
    if (raw.length > maxPublishBytes) {
      throw failed(topicString, `${raw.length} bytes are more than a peer's buffer takes, ${maxPublishBytes}`)
    }
    // Gossipsub would take it for published, and never send it again to anyone who comes.
    if (!pubsub.getSubscribers(topicString).some((peer) => hasOutboundStream(peer.toString()))) return 0
    try {
      const { recipients } = await pubsub.publish(topicString, raw)
      const name = table.get(topicString)?.topic.name
      if (name !== undefined) options.onPublished?.(name, recipients.length)
      return recipients.length
    } catch (error) {
      throw LamparaError.from(error, 'publish_failed', `Cannot publish on ${topicString}`)
    }
  }

  function presentDigest(): Hex {
    return forkDigestAtEpoch(chain, epochOfSlot(chain, slotAtMs(chain, clock.now())))
  }

  return {
    async publish(topic, message, { forkDigest } = {}) {
      const channel = registry.of(topic)
      const digest = forkDigest ?? topic.digestOf?.(message, chain) ?? presentDigest()
      const entry = table.find(channel.topic as Topic<unknown>, digest)
      if (entry === undefined) throw failed(topic.name, `${chain.name} has no such topic under fork digest ${digest}`)
      const bytes = topic.encode(message, { chain, fork: entry.fork.name })
      if (bytes.length > entry.maxBytes) {
        throw failed(topic.name, `${bytes.length} bytes are more than ${entry.maxBytes}`)
      }
      return publishRaw(entry.topicString, compressBlock(bytes))
    },
    publishRaw,
  }
}

function failed(topic: string, reason: string): LamparaError {
  return new LamparaError('publish_failed', `Cannot publish on ${topic}: ${reason}`)
}
