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
  /** Codec of a chunk, chosen by its context. `undefined`: no response (goodbye is answered, but may not be). */
  readonly response: (context: ChunkContext) => Codec<Response>
  /** `fork-digest`: four context bytes precede each successful chunk. */
  readonly context: 'none' | 'fork-digest'
  /** Which digest goes before a chunk that we serve. Required with `context: 'fork-digest'`. */
  readonly digestOf?: (response: Response, chain: Chain) => Hex
  /** The most chunks that an answer may have: a number, or told from the request. */
  readonly maxChunks: number | ((request: Request) => number)
  /** Older versions of the same method, tried in order when the peer lacks this one; with how to translate. */
  readonly fallbacks?: readonly ProtocolFallback<Request, Response>[]
}

/** An older version of a method and how to translate to and from it. */
export interface ProtocolFallback<Request, Response> {
  // biome-ignore lint/suspicious/noExplicitAny: the older version's types are its own affair; the translators are typed at definition
  readonly protocol: Protocol<any, any>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly requestTo: (request: Request) => any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseFrom: (response: any) => Response
}

/** Limits in time for the phases of an exchange, each with its own code. */
export interface ExchangeTimeouts {
  /** Until a stream of the protocol is open: `dial_timeout`. @default 10_000 */
  readonly dialTimeoutMs?: number
  /** Until the request is written: `request_timeout`. @default 5_000 */
  readonly requestTimeoutMs?: number
  /** From the request's end to the first byte: `first_byte_timeout`. @default 10_000 */
  readonly firstByteTimeoutMs?: number
  /** From one chunk's first byte to its last, and from chunk to chunk: `chunk_timeout`. @default 10_000 */
  readonly chunkTimeoutMs?: number
  /** The whole exchange: `exchange_timeout`. 0 means no limit. @default 120_000 */
  readonly exchangeTimeoutMs?: number
}

/** Options of one request. */
export interface RequestOptions extends ExchangeTimeouts {
  /** Peer id to ask. Without it the best connected peer that offers the method. */
  readonly peer?: string
  readonly signal?: AbortSignal
}

/** How an exchange finished, when it did not throw. */
export interface ExchangeEnd {
  /** `complete`: all the chunks that could come did, or the responder closed at a chunk's boundary; `stopped`: the caller left early. */
  readonly how: 'complete' | 'stopped'
  readonly chunks: number
  readonly bytes: number
  readonly peer: string
}

/** A request under way: iterate its chunks once. */
export interface Exchange<Response> extends AsyncIterable<Response> {
  /** Settles when the exchange is over: how it ended, or the error that the iteration throws too. Never an unhandled rejection. */
  readonly ended: Promise<ExchangeEnd>
  /** The first chunk, then ends the exchange. @throws LamparaError `response_empty` when there is none */
  single(): Promise<Response>
  /** Every chunk. */
  all(): Promise<Response[]>
}

/** What a server's handler is told of the request. */
export interface ServeContext {
  /** Peer id of the asker. */
  readonly peer: string
  /** Aborts when the asker has gone, the time is up, or the network stops. */
  readonly signal: AbortSignal
}

/** Answers a request chunk by chunk. Throw a LamparaError `request_invalid`, `resource_unavailable` or `server_error` to refuse. */
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
  ): Exchange<Response>
  /** Answers a method until the returned function is called. @throws LamparaError `invalid_argument` when it is already served */
  serve<Request, Response>(protocol: Protocol<Request, Response>, handler: Handler<Request, Response>): () => void
}
