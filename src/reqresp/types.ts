import type { Hex } from '../chain/hex.ts'
import type { Chain, ForkName } from '../chain/index.ts'

/** How a value becomes SSZ bytes and back, with its bounds: checked before anything is allocated. */
export interface Codec<T> {
  readonly minBytes: number
  readonly maxBytes: number
  encode(value: T): Uint8Array
  /** @throws LamparaError `ssz_invalid` */
  decode(bytes: Uint8Array): T
}

/** What a chunk's codec may depend on: the fork that its four context bytes named. */
export interface ChunkContext {
  readonly chain: Chain
  /** Absent for protocols without context bytes. */
  readonly fork?: ForkName
  readonly forkDigest?: Hex
}

/** Rate limit on the requests of peers. Excess requests are delayed, never refused (phase0/p2p-interface.md, "Req/Resp"). */
export interface InboundRateLimit {
  /** What one peer may spend in a window; a request costs 1. */
  readonly tokens: number
  /** What all peers together may spend in a window, so that many of them cannot do what one may not. @default 1000 times `tokens` */
  readonly totalTokens?: number
  readonly windowMs: number
}

/** Client-side rate limit per peer. Excess requests wait here, because an over-asked peer refuses, delays or disconnects. */
export interface OutboundRateLimit {
  /** Milliseconds between two requests to one peer, or a function of the chain. */
  readonly intervalMs: number | ((chain: Chain) => number)
  /** Requests that a peer not asked for long may get at once. @default 1 */
  readonly burst?: number
  /** Requests under way with a peer at once. @default 2, the most that the specification allows */
  readonly maxInFlight?: 1 | 2
}

/** Whose turn comes first among our requests of one method to one peer. */
export type RequestPriority = 'high' | 'normal' | 'low'

/**
 * A request method, as one declaration. Made with `defineProtocol()`.
 *
 * @typeParam Request - what is asked; `undefined` for a method without a request body
 * @typeParam Response - what one chunk carries
 */
export interface Protocol<Request, Response> {
  /** For people and metrics: `light_client_bootstrap`. */
  readonly name: string
  readonly version: number
  /** The libp2p protocol id: `/eth2/beacon_chain/req/light_client_bootstrap/1/ssz_snappy`. */
  readonly id: string
  /** Bound to a chain when used, since sizes depend on its preset. `undefined`: no request body. */
  readonly request: ((chain: Chain) => Codec<Request>) | undefined
  /** Codec of a chunk, chosen by its context. */
  readonly response: (context: ChunkContext) => Codec<Response>
  /** `fork-digest`: four context bytes precede each successful chunk. */
  readonly context: 'none' | 'fork-digest'
  /** Which digest goes before a chunk that we serve. Required with `context: 'fork-digest'`. */
  readonly digestOf?: (response: Response, chain: Chain) => Hex
  /** The most chunks that an answer may have: a number, or told from the request. */
  readonly maxChunks: number | ((request: Request) => number)
  /** Older versions of the same method, tried in order when the peer lacks this one; with how to translate. */
  readonly fallbacks?: readonly ProtocolFallback<Request, Response>[]
  /** How often each peer may ask us. Without it only the number of requests at once is limited. */
  readonly inboundRateLimit?: InboundRateLimit
  /** What a request takes from the rate limit. @default 1 */
  readonly cost?: (request: Request) => number
  /** How often we ask one peer. Without it only the number of requests at once is limited. */
  readonly outboundRateLimit?: OutboundRateLimit
  /**
   * What is left to ask for when a peer fails after some chunks: another peer then goes on, with nothing lost or doubled. A
   * request without chunks (`maxChunks` 0) means that nothing is left; `undefined`, or no such function, that the failure stands.
   *
   * @param received - chunks that came in answer to this request, as yet unverified
   */
  readonly resume?: (request: Request, received: ReceivedChunks<Response>, chain: Chain) => Request | undefined
}

/** How far an answer came: one chunk at least. */
export interface ReceivedChunks<Response> {
  readonly count: number
  readonly last: Response
}

/**
 * An older version of a method and how to translate to and from it. Made with `fallbackTo()`, which checks the translators
 * against the older version's types; here those types are hidden, since only the translators know them.
 */
export interface ProtocolFallback<Request, Response> {
  readonly protocol: Protocol<unknown, unknown>
  /** What we ask, in the older version's words. */
  readonly requestTo: (request: Request) => unknown
  /** What was answered, in the newer version's words. */
  readonly responseFrom: (response: unknown) => Response
  /** What we were asked in the older version, in the newer one's words; with `responseTo`, `serve()` answers both versions. */
  readonly requestFrom?: (request: unknown) => Request
  /** What we answer, in the older version's words. */
  readonly responseTo?: (response: Response) => unknown
}

/** Time limits of a request's phases, each with its own error code. */
export interface RequestTimeouts {
  /** Until a stream of the protocol is open: `open_stream_timeout`. @default 10_000 */
  readonly openStreamTimeoutMs?: number
  /** Until the request is written: `request_timeout`. @default 5_000 */
  readonly requestTimeoutMs?: number
  /** From the request's end to the first byte: `first_byte_timeout`. @default 10_000 */
  readonly firstByteTimeoutMs?: number
  /** From one chunk's first byte to its last, and from chunk to chunk: `chunk_timeout`. Beacon nodes that limit rates send one in 10 s. @default 20_000 */
  readonly chunkTimeoutMs?: number
  /** The whole exchange: `total_timeout`. 0 means no limit. @default 120_000 */
  readonly totalTimeoutMs?: number
}

/** Options of one request. */
export interface RequestOptions extends RequestTimeouts {
  /**
   * Peer to ask; must be connected. If omitted, the best peer supporting the method: one with a free slot first, then by score
   * and measured speed. On failure or slow start up to two more are tried; the first valid chunk wins and the losers are not
   * penalised. After the first chunk another peer continues only if the protocol defines `resume`.
   */
  readonly peer?: string
  /** Peer ids that are not to be asked, where none is named. */
  readonly exclude?: ReadonlySet<string>
  /**
   * Time without a first byte after which the next peer is asked in parallel. Infinity disables hedging.
   *
   * @default three times what the peer usually takes, between 500 and 3,000 ms; 2,000 where it is not known; never more than
   *   half of `firstByteTimeoutMs`
   */
  readonly hedgeAfterMs?: number
  /**
   * Order among requests of this method queued for one peer; FIFO within a priority. Starvation-free: at most 31 later requests
   * overtake.
   *
   * @default 'normal'
   */
  readonly priority?: RequestPriority
  /** Sends immediately, still counting against the limit. @default false */
  readonly skipRateLimit?: boolean
  readonly signal?: AbortSignal
}

/** Summary of a request that did not throw. */
export interface ResponseSummary {
  /** `complete`: all the chunks that could come did, or the responder closed at a chunk's boundary; `cancelled`: the caller left early. */
  readonly outcome: 'complete' | 'cancelled'
  /** Chunks that came; of a cancelled one, those that the caller took. */
  readonly chunks: number
  /** Bytes read, from whomever. */
  readonly bytes: number
  /** Who answered; the last of them where several did. */
  readonly peer: string
  /** All who answered, in order: several where one went on for another. */
  readonly peers: readonly string[]
}

/**
 * A request under way: iterate its chunks once. `break` and `throw` end it at once.
 *
 * Reading keeps at most two chunks ahead of the caller, so an exchange of many chunks that nobody iterates goes on until
 * `total_timeout`.
 *
 * @throws LamparaError `peer_unavailable`, `peer_disconnected`, `protocol_unsupported`; `open_stream_timeout`, `request_timeout`,
 * `first_byte_timeout`, `chunk_timeout`, `total_timeout`; `request_invalid`, `server_error`, `resource_unavailable`,
 * `rate_limited`, `response_code_unknown` with the peer's words in `details.reason`; `context_unknown`, `length_out_of_bounds`,
 * `varint_invalid`, `snappy_invalid`, `snappy_checksum_mismatch`, `ssz_invalid`, `unexpected_end` for a malformed answer;
 * `queue_overflow` when too many requests to one peer wait; `stopped`; the signal's reason
 */
export interface ResponseStream<Response> extends AsyncIterable<Response> {
  /**
   * Settles when the request is complete: with its summary, or with the error that the iteration throws too. Never an unhandled
   * rejection.
   */
  readonly completed: Promise<ResponseSummary>
  /** Peer id of who sent the chunk that was taken last. */
  readonly from: string | undefined
  /** Peers that answered or failed; those cancelled because another was faster are not included. */
  readonly attemptedPeers: readonly string[]
  /** The first chunk, then ends the exchange. @throws LamparaError `response_empty` when there is none */
  single(): Promise<Response>
  /** Every chunk. */
  all(): Promise<Response[]>
}

/** Context of a request, for its handler. */
export interface ServeContext {
  /** Peer id of the asker. */
  readonly peer: string
  /** Aborts when the asker has gone, the time is up, or the network stops. */
  readonly signal: AbortSignal
}

/** Answers a request chunk by chunk. Throw a LamparaError `request_invalid`, `resource_unavailable`, `rate_limited` or
 * `server_error` to refuse. */
export type Handler<Request, Response> = (
  request: Request,
  context: ServeContext,
) => AsyncIterable<Response> | Iterable<Response>

/** The request/response behaviour. */
export interface ReqResp {
  /** Starts an exchange. Nothing is thrown here; iteration, `single()` and `ended` tell. */
  request<Request, Response>(
    protocol: Protocol<Request, Response>,
    request: Request,
    options?: RequestOptions,
  ): ResponseStream<Response>
  /** Answers a method until the returned function is called. @throws LamparaError `invalid_argument` when it is already served */
  serve<Request, Response>(protocol: Protocol<Request, Response>, handler: Handler<Request, Response>): () => void
}
