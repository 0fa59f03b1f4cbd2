import type { Hex } from '../../chain/hex.ts'
import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type {
  ChunkContext,
  Codec,
  InboundRateLimit,
  OutboundRateLimit,
  Protocol,
  ProtocolFallback,
  ReceivedChunks,
} from '../types.ts'

/** What `defineProtocol()` takes. `Request` and `Response` are inferred from the codecs. */
export interface ProtocolDeclaration<Request, Response> {
  /** Lower-case letters, digits and `_`: `light_client_bootstrap`. */
  readonly name: string
  /** @default 1 */
  readonly version?: number
  /** The libp2p protocol id. @default `/eth2/beacon_chain/req/NAME/VERSION/ssz_snappy` */
  readonly id?: string
  /** The request's codec, or how to get it for a chain. @default no request body */
  readonly request?: Codec<Request> | ((chain: Chain) => Codec<Request>)
  /** The codec of one response chunk, or how to get it for a chunk's context. */
  readonly response: Codec<Response> | ((context: ChunkContext) => Codec<Response>)
  /** Names the fork digest of a chunk that we serve. Giving it means that four context bytes precede each chunk. */
  readonly digestOf?: (response: Response, chain: Chain) => Hex
  /** The most chunks that an answer may have. @default 1 */
  readonly maxChunks?: number | ((request: Request) => number)
  /** @default none */
  readonly fallbacks?: readonly ProtocolFallback<Request, Response>[]
  /** @default none */
  readonly inboundRateLimit?: InboundRateLimit
  /** @default 1 a request */
  readonly cost?: (request: Request) => number
  /** @default none */
  readonly outboundRateLimit?: OutboundRateLimit
  /** What is left to ask another peer for when one fails midway. @default such a failure stands */
  readonly resume?: (request: Request, received: ReceivedChunks<Response>, chain: Chain) => Request | undefined
}

/**
 * Declares a request method (consensus-specs phase0/p2p-interface.md, "The Req/Resp domain").
 *
 * @throws LamparaError `invalid_argument` when name, version or id cannot be those of a protocol
 */
export function defineProtocol<Request = undefined, Response = never>(
  declaration: ProtocolDeclaration<Request, Response>,
): Protocol<Request, Response> {
  const { version = 1, request, response, maxChunks = 1, ...rest } = declaration
  const { name, digestOf } = rest
  if (!/^[a-z0-9_]+$/.test(name))
    throw new LamparaError('invalid_argument', `Cannot define protocol "${name}": bad name`)
  if (!Number.isInteger(version) || version < 1) {
    throw new LamparaError('invalid_argument', `Cannot define protocol ${name}: bad version ${version}`)
  }
  const id = rest.id ?? `/eth2/beacon_chain/req/${name}/${version}/ssz_snappy`
  if (!/^\/\S+$/.test(id)) throw new LamparaError('invalid_argument', `Cannot define protocol ${name}: bad id "${id}"`)
  return {
    ...rest,
    version,
    id,
    request: typeof request === 'object' ? () => request : request,
    response: typeof response === 'object' ? () => response : response,
    context: digestOf === undefined ? 'none' : 'fork-digest',
    maxChunks,
  }
}

/** How the words of a newer version and of an older one translate into each other. */
export interface Translation<Request, Response, OldRequest, OldResponse> {
  readonly requestTo: (request: Request) => OldRequest
  readonly responseFrom: (response: OldResponse) => Response
  /** With `responseTo`, lets `serve()` answer the older version too. */
  readonly requestFrom?: (request: OldRequest) => Request
  readonly responseTo?: (response: Response) => OldResponse
}

/** Declares an older version of a method as the fallback of a newer one. */
export function fallbackTo<Request, Response, OldRequest, OldResponse>(
  protocol: Protocol<OldRequest, OldResponse>,
  translation: Translation<Request, Response, OldRequest, OldResponse>,
): ProtocolFallback<Request, Response> {
  // The older types leave sight here; only these translators ever meet the older protocol's values.
  return { protocol, ...translation } as unknown as ProtocolFallback<Request, Response>
}
