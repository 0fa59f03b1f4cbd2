import type { Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'

const digestPattern = /^0x[0-9a-f]{8}$/
const namePattern = /^[a-z0-9_]{1,64}$/
const topicPattern = /^\/eth2\/([0-9a-f]{8})\/([a-z0-9_]{1,64})\/ssz_snappy$/

/** A gossip topic taken apart. */
export interface TopicParts {
  /** Fork digest: four bytes. */
  readonly digest: Hex
  /** `light_client_finality_update` and the like. */
  readonly name: string
}

/**
 * The gossip topic of a name under a fork digest: `/eth2/<digest>/<name>/ssz_snappy` (phase0/p2p-interface.md).
 *
 * @throws LamparaError `topic_invalid` when the digest is not four bytes in lower-case hex, or the name has anything but
 *   1 to 64 lower-case letters, digits and underscores
 */
export function topicString(digest: Hex, name: string): string {
  if (!digestPattern.test(digest))
    throw new LamparaError('topic_invalid', `Cannot make a topic: ${digest} is no fork digest`)
  if (!namePattern.test(name))
    throw new LamparaError('topic_invalid', `Cannot make a topic: "${name}" is no topic name`)
  return `/eth2/${digest.slice(2)}/${name}/ssz_snappy`
}

/** Takes a gossip topic apart. @throws LamparaError `topic_invalid` when it is not of this form or encoding */
export function parseTopic(topic: string): TopicParts {
  const match = topicPattern.exec(topic)
  if (match === null) {
    // Topics come from peers: what could steer a terminal does not belong in an error's words.
    const shown = topic.slice(0, 128).replace(/[^\x20-\x7e]/g, '?')
    throw new LamparaError('topic_invalid', `Cannot read the topic "${shown}"`)
  }
  return { digest: `0x${match[1]!}`, name: match[2]! }
}
