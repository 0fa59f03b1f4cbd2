import { type Chain, forkOfDigest, toHex } from '../../chain/index.ts'
import { LamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import type { ByteReader } from '../../streams/bytes/byte-reader.ts'
import { readChunkHead, readContext, readPayload } from '../../wire/index.ts'
import type { ChunkContext, Protocol } from '../types.ts'

/**
 * Response codes (phase0/p2p-interface.md, "Responding side"); others are reserved or the responder's own. Lighthouse, Lodestar
 * and Grandine say 139 when a peer asks too often.
 */
const errorCodes: Readonly<Record<number, LamparaErrorCode>> = {
  1: 'request_invalid',
  2: 'server_error',
  3: 'resource_unavailable',
  139: 'rate_limited',
}
/** Prysm and Teku have no code for it, but say so. */
const RATE_LIMITED_WORDS = /rate[\s_-]*limit|too many requests/i

const refusals: Partial<Record<LamparaErrorCode, string>> = {
  request_invalid: 'it calls the request invalid',
  server_error: 'it had an error',
  resource_unavailable: 'it does not have this',
  rate_limited: 'we ask too often',
}

/**
 * Reads one response chunk, exactly to its end.
 *
 * @throws LamparaError `request_invalid`, `server_error`, `resource_unavailable`, `rate_limited`, `response_code_unknown` for a refusal, with the
 * responder's `responseCode` and `reason` in the details; `context_unknown`; what the wire's readers throw; the signal's reason
 */
export async function readChunk<Response>(
  reader: ByteReader,
  protocol: Protocol<unknown, Response>,
  chain: Chain,
  signal: AbortSignal,
): Promise<Response> {
  const head = await readChunkHead(reader, { signal })
  if (head.result === 'error') throw refusal(head.code, head.message)
  const context: ChunkContext =
    protocol.context === 'none' ? { chain } : contextOf(chain, await readContext(reader, { signal }))
  const codec = protocol.response(context)
  const bytes = await readPayload(reader, { minBytes: codec.minBytes, maxBytes: codec.maxBytes, signal })
  return codec.decode(bytes)
}

function contextOf(chain: Chain, contextBytes: Uint8Array): ChunkContext {
  const forkDigest = toHex(contextBytes)
  const entry = forkOfDigest(chain, forkDigest)
  if (!entry) {
    throw new LamparaError('context_unknown', `no fork of ${chain.name} has the digest ${forkDigest}`, {
      details: { forkDigest },
    })
  }
  return { chain, forkDigest, fork: entry.fork.name }
}

function refusal(responseCode: number, reason: string): LamparaError {
  const says = RATE_LIMITED_WORDS.test(reason) ? 'rate_limited' : undefined
  const code = says ?? errorCodes[responseCode] ?? 'response_code_unknown'
  const words = refusals[code] ?? `it answered with code ${responseCode}`
  return new LamparaError(code, reason === '' ? words : `${words}: ${reason}`, { details: { responseCode, reason } })
}

/** True when the peer refused in so many words, rather than failed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof LamparaError && error.details.responseCode !== undefined
}
