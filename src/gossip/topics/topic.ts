import type { Chain, ForkName, Hex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { MAX_PAYLOAD_BYTES } from '../../wire/index.ts'
import type { Topic, TopicContext } from '../types.ts'

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
  /**
   * Another digest under which some nodes publish this message, against the specification: it is validated and delivered, never
   * forwarded, and costs the sender nothing.
   *
   * @default none: what does not belong under its digest is rejected
   */
  readonly toleratedDigestOf?: (message: Message, chain: Chain) => Hex
  /**
   * False where a message cannot be judged without the chain's state. Such a topic takes no validator, so that nothing of it
   * is ever forwarded; its messages come with `verified: false`.
   *
   * @default true
   */
  readonly verifiable?: boolean
  /**
   * `lazy` for topics on which beacon nodes punish subscribers that do not forward: messages come up to a second later, and
   * no peer counts on us.
   *
   * @default 'mesh'
   */
  readonly mesh?: boolean
  /**
   * Needed for aggregates, subnets and sidecars. Beacon nodes send them by the thousand, and lower the score of anyone who joins
   * and does not forward, which costs the connection: only for nodes of one's own.
   *
   * @default false
   */
  readonly trustedNetworkOnly?: boolean
}

// Beacon nodes count missing deliveries in these meshes (P3), and the traffic is far beyond a light client's: aggregates, attestation and sync-committee subnets, blobs and data columns.
const forOwnNodesOnly =
  /^(beacon_aggregate_and_proof|(beacon_attestation|sync_committee|blob_sidecar|data_column_sidecar)_\d+)$/

/**
 * Declares a gossip topic.
 *
 * @throws LamparaError `invalid_argument` for a name that no topic string can carry, and for one that real nodes punish
 *   unless `trustedNetworkOnly` is set
 */
export function defineTopic<Message>(declaration: TopicDeclaration<Message>): Topic<Message> {
  const { name, maxBytes = MAX_PAYLOAD_BYTES, decode, encode, digestOf, toleratedDigestOf } = declaration
  const { verifiable = true, mesh = true, trustedNetworkOnly = false } = declaration
  if (!/^[a-z0-9_]{1,64}$/.test(name)) {
    throw new LamparaError('invalid_argument', `Cannot define topic "${name}": only a-z, 0-9 and _ may occur, 1 to 64`)
  }
  if (forOwnNodesOnly.test(name) && !trustedNetworkOnly) {
    const reason = 'beacon nodes drop light clients that join it; for nodes of your own, set trustedNetworkOnly'
    throw new LamparaError('invalid_argument', `Cannot define topic "${name}": ${reason}`)
  }
  return {
    name,
    verifiable,
    mesh,
    maxBytes: typeof maxBytes === 'number' ? () => maxBytes : maxBytes,
    decode,
    encode,
    ...(digestOf === undefined ? {} : { digestOf }),
    ...(toleratedDigestOf === undefined ? {} : { toleratedDigestOf }),
  }
}
