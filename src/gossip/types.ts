import type { Hex } from '../chain/hex.ts'
import type { Chain, ForkName } from '../chain/index.ts'

/** How a node treats peers that only listen: a `relay` publishes to all of them and keeps no mesh. */
export type GossipRole = 'peer' | 'relay'

/** How peers that share an address are scored: for each of them `weight` × (how many − `threshold`)², where they are more. */
export interface ColocationScoring {
  readonly threshold: number
  /** Negative. */
  readonly weight: number
  /** For how many epochs a peer that has gone still counts. */
  readonly retainEpochs: number
}

/** A gossip topic, as one declaration. Made with `defineTopic()`. */
export interface Topic<Message> {
  /** As in the topic string: `light_client_optimistic_update`. */
  readonly name: string
  /** False where nobody without the chain's state can judge a message: delivered with `verified: false`, never forwarded. */
  readonly verifiable: boolean
  /**
   * True where the topic has a mesh: peers push messages, and expect that we forward them. False where messages are requested by
   * their ids (IHAVE and IWANT), and no peer expects anything of us.
   */
  readonly mesh: boolean
  /** The SSZ type's own bound, which caps decompression. @throws LamparaError `fork_unknown` where the fork has no such topic */
  readonly maxBytes: (chain: Chain, fork: ForkName) => number
  /** @throws LamparaError `ssz_invalid` */
  decode(bytes: Uint8Array, context: TopicContext): Message
  encode(message: Message, context: TopicContext): Uint8Array
  /** The digest under which this message belongs, where it can be told: one that comes under another is rejected. */
  digestOf?(message: Message, chain: Chain): Hex
  /**
   * Another digest under which real nodes publish this message. One that comes under it is validated and delivered, but never
   * forwarded, and its sender is not blamed.
   */
  toleratedDigestOf?(message: Message, chain: Chain): Hex
}

/** What a topic's codec may depend on. */
export interface TopicContext {
  readonly chain: Chain
  /** The fork that the topic's digest stands for. */
  readonly fork: ForkName
}

/** One gossip message as it came. */
export interface GossipMessage<Message> {
  readonly topic: Topic<Message>
  /** The topic string it came on. */
  readonly topicString: string
  readonly forkDigest: Hex
  /** Decoded once and shared by all subscribers: do not change it. What cannot be decoded is never delivered. */
  readonly message: Message
  /** The SSZ bytes. */
  readonly data: Uint8Array
  /** The payload as it was on the wire (block snappy), for forwarding unchanged. */
  readonly raw: Uint8Array
  /** Peer id of who handed it to us. What we publish ourselves is not delivered to us. */
  readonly from: string
  /** True when an attached validator accepted it. */
  readonly verified: boolean
  readonly receivedAtMs: number
}

/** A validator's verdict (gossipsub v1.1 extended validators). */
export type Verdict = 'accept' | 'ignore' | 'reject'

/**
 * Judges a message before it is forwarded: accepted ones are, ignored ones are not, rejected ones lower the sender's score.
 * One that throws, or takes longer than 4 s, counts as ignoring, and the network's `validator:failed` event tells.
 */
export type GossipValidator<Message, Given extends Verdict = Verdict> = (
  message: Message,
  context: { readonly from: string; readonly forkDigest: Hex; readonly fork: ForkName; readonly receivedAtMs: number },
) => Given | Promise<Given>

/** What happens to a message when a subscriber's queue is full. */
export type Overflow = 'drop-oldest' | 'drop-newest'

/** Options of a subscription. */
export interface SubscribeOptions {
  readonly signal?: AbortSignal
  /** @default 64 */
  readonly maxQueued?: number
  /**
   * The most bytes, SSZ and wire together, of messages that wait. One that is larger by itself waits alone.
   *
   * @default 32 MiB
   */
  readonly maxQueuedBytes?: number
  /** @default 'drop-oldest' */
  readonly overflow?: Overflow
  /** Also deliver what the validator ignored, with `verified: false`. Rejected messages are never delivered. @default false */
  readonly includeIgnored?: boolean
}

/** A subscription: iterate it once; `break`, `throw`, abort and `stop()` all release it. */
export interface Subscription<Message> extends AsyncIterable<GossipMessage<Message>> {
  readonly topic: Topic<Message>
  /** Messages lost to the bounds so far. */
  readonly dropped: number
  /** Messages waiting. */
  readonly queued: number
  /** Peers known to subscribe to the topic, as peer ids. */
  readonly peers: readonly string[]
  /**
   * Resolves when at least one peer subscribes too and our gossip stream to it is open: what is published now reaches it.
   *
   * @throws LamparaError `stopped` when the subscription ends first; the signal's reason
   */
  ready(options?: { readonly signal?: AbortSignal }): Promise<void>
  stop(): void
}

/** The gossip behaviour. */
export interface Gossip {
  subscribe<Message>(topic: Topic<Message>, options?: SubscribeOptions): Subscription<Message>
  /**
   * Attaches the one validator of a topic and returns how to detach it. Without one, messages are delivered
   * with `verified: false` and not forwarded.
   *
   * @throws LamparaError `invalid_argument` when the topic has one already, or cannot be verified
   */
  validate<Message, const Given extends Verdict = Verdict>(
    topic: Topic<Message>,
    // Its own type parameter: without it TypeScript takes the literal that an async function returns for any string.
    validator: GossipValidator<Message, Given>,
  ): () => void
  /**
   * Publishes under the fork digest given; without one under that of the message, where the topic can tell, else the
   * present one.
   *
   * @returns to how many peers it went: 0 when nobody subscribes (it may be published again then), or when it was published before
   * @throws LamparaError `publish_failed`
   */
  publish<Message>(topic: Topic<Message>, message: Message, options?: { readonly forkDigest?: Hex }): Promise<number>
  /**
   * Publishes a payload as it came, bytes unchanged.
   *
   * @returns to how many peers it went: 0 when nobody subscribes (it may be published again then), or when it came from the
   *   network or was published before
   * @throws LamparaError `topic_invalid`, `publish_failed`
   */
  publishRaw(topicString: string, raw: Uint8Array): Promise<number>
}
