import type { Chain, ForkName, Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import type { Topic, TopicContext } from './types.ts'

/** MAX_PAYLOAD_SIZE (phase0/p2p-interface.md): the most that any topic may carry, uncompressed. */
export const MAX_PAYLOAD_BYTES = 10 * 1024 * 1024

/** What `defineTopic()` takes. */
export interface TopicDeclaration<Message> {
  /** As in the topic string, between digest and encoding: `voluntary_exit`. */
  readonly name: string
  /**
   * The SSZ type's own bound in bytes, which caps decompression; a number where neither chain nor fork matters.
   * A function that throws `fork_unknown` keeps the topic from being joined under that fork's digests.
   *
   * @default 10 MiB
   */
  readonly maxBytes?: number | ((chain: Chain, fork: ForkName) => number)
  /** @throws LamparaError `ssz_invalid` */
  readonly decode: (bytes: Uint8Array, context: TopicContext) => Message
  readonly encode: (message: Message, context: TopicContext) => Uint8Array
  /** The digest under which this message belongs, where it can be told: one that comes under another is rejected. */
  readonly digestOf?: (message: Message, chain: Chain) => Hex
}

/**
 * Declares a gossip topic.
 *
 * @throws LamparaError `invalid_argument` for a name that no topic string can carry
 */
export function defineTopic<Message>(declaration: TopicDeclaration<Message>): Topic<Message> {
  const { name, maxBytes = MAX_PAYLOAD_BYTES, decode, encode, digestOf } = declaration
  if (!/^[a-z0-9_]{1,64}$/.test(name)) {
    throw new LamparaError('invalid_argument', `Cannot define topic "${name}": only a-z, 0-9 and _ may occur, 1 to 64`)
  }
  return {
    name,
    maxBytes: typeof maxBytes === 'number' ? () => maxBytes : maxBytes,
    decode,
    encode,
    ...(digestOf === undefined ? {} : { digestOf }),
  }
}
