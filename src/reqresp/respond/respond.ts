import type { Stream } from '@libp2p/interface'
import { type Chain, forkOfDigest, fromHex } from '../../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import { delay, linkSignals, raceSignal } from '../../streams/abort.ts'
import { type ByteReader, createByteReader } from '../../streams/bytes/byte-reader.ts'
import type { Clock } from '../../streams/clock.ts'
import { encodeChunk, encodeErrorChunk, readRequest } from '../../wire/index.ts'
import type { ReportPenalty } from '../callbacks.ts'
import type { RateLimiter } from '../limits/rate-limit.ts'
import type { RequestQueue } from '../limits/request-queue.ts'
import { requestPenalty } from '../penalties.ts'
import { maxChunksOf, type servedVersions } from '../protocols/versions.ts'
import { closeGracefully, closeWrite, reset, sendAll } from '../stream-io.ts'
import { withTimeout } from '../timeouts.ts'
import type { ChunkContext, Handler, Protocol } from '../types.ts'

/** Until a request has arrived whole. */
const REQUEST_TIMEOUT_MS = 10_000
/** Until the asker has taken a chunk. */
const CHUNK_TIMEOUT_MS = 10_000
/** For the whole answer, waiting for a turn excluded. */
const ANSWER_TIMEOUT_MS = 60_000

/** How many peers' rate limits all of them may use at once. */
const TOTAL_FACTOR = 1_000

/** Bytes taken off a stream before they are wanted: requests are small, and what comes beyond one may wait. */
const MAX_BUFFERED_BYTES = 4_096

/** Dependencies of responders, for as long as the behaviour runs. */
export interface ResponderContext {
  readonly chain: Chain
  readonly clock: Clock
  readonly queue: RequestQueue
  readonly rateLimiter: RateLimiter
  readonly onPenalty: ReportPenalty
}

/** A method under service. */
export interface Service<Request, Response> {
  readonly protocol: Protocol<Request, Response>
  readonly version: ReturnType<typeof servedVersions<Request, Response>>[number]
  readonly handler: Handler<Request, Response>
  /** Ends the service. */
  readonly signal: AbortSignal
}

/**
 * Answers one request on a stream, from its first byte to releasing the stream. Never rejects: whatever happens ends
 * in a response code or in a reset.
 *
 * @returns `complete`, or the code of the error that ended it
 * Must be called in the handler's own turn, so that the reader is there before the stream can close.
 */
export async function respond<Request, Response>(
  context: ResponderContext,
  service: Service<Request, Response>,
  stream: Stream,
  peer: string,
): Promise<string> {
  const { clock } = context
  const reader = createByteReader(stream, { maxBuffered: MAX_BUFFERED_BYTES })
  const gone = linkSignals(service.signal)
  const onClose = (): void => gone.abort(new LamparaError('peer_disconnected', `The asker ${peer} has gone`))
  if (stream.status === 'open') stream.addEventListener('close', onClose)
  else onClose()
  try {
    const request = await receive(context, service, reader, peer, gone.signal)
    await withinRateLimit(context, service, request, peer, gone.signal, async () => {
      await sendResponse(context, service, request, stream, peer, gone.signal)
    })
    await close(clock, stream, reader, gone.signal)
    return 'complete'
  } catch (error) {
    if (gone.signal.aborted || isLamparaError(error, 'chunk_timeout')) reset(stream, error)
    else await refuse(clock, stream, reader, error, gone.signal)
    return isLamparaError(error) ? error.code : 'internal'
  } finally {
    stream.removeEventListener('close', onClose)
    gone.dispose()
    reader.release()
  }
}

async function receive<Request, Response>(
  { chain, clock, onPenalty }: ResponderContext,
  { version }: Service<Request, Response>,
  reader: ByteReader,
  peer: string,
  signal: AbortSignal,
): Promise<Request> {
  if (!version.protocol.request) return version.requestFrom(undefined)
  try {
    const codec = version.protocol.request(chain)
    const { minBytes, maxBytes } = codec
    const bytes = await withTimeout(
      { clock, signal, limitMs: REQUEST_TIMEOUT_MS, code: 'request_timeout', what: 'the request did not arrive' },
      (limit) => readRequest(reader, { minBytes, maxBytes, signal: limit }),
    )
    return version.requestFrom(codec.decode(bytes))
  } catch (thrown) {
    signal.throwIfAborted()
    const error = LamparaError.from(thrown, 'internal', 'unexpected')
    const penalty = requestPenalty(error.code)
    if (penalty)
      onPenalty(peer, penalty, `Cannot read ${version.protocol.name} request of ${peer}: ${messageOf(error)}`)
    throw new LamparaError('request_invalid', messageOf(error), { cause: error })
  }
}

/** Waits for a slot and the rate limit (delays, never refuses). */
async function withinRateLimit<Request, Response>(
  { clock, queue, rateLimiter }: ResponderContext,
  { protocol }: Service<Request, Response>,
  request: Request,
  peer: string,
  signal: AbortSignal,
  action: () => Promise<void>,
): Promise<void> {
  const key = `${protocol.name} by ${peer}`
  const release = await queue.acquire(key, signal)
  try {
    const { inboundRateLimit } = protocol
    const waitFor = async (whose: string, tokens: number, windowMs: number): Promise<void> => {
      const delayMs = rateLimiter.delayMs(whose, { tokens, windowMs }, protocol.cost?.(request) ?? 1)
      if (delayMs > 0) await delay(delayMs, { clock, signal })
    }
    if (inboundRateLimit) {
      const { tokens, windowMs, totalTokens = tokens * TOTAL_FACTOR } = inboundRateLimit
      await waitFor(key, tokens, windowMs)
      // Only then: who waits for its own rate limit takes nothing from the others.
      await waitFor(protocol.name, totalTokens, windowMs)
    }
    await action()
  } finally {
    release()
  }
}

async function sendResponse<Request, Response>(
  context: ResponderContext,
  { protocol, version, handler }: Service<Request, Response>,
  request: Request,
  stream: Stream,
  peer: string,
  signal: AbortSignal,
): Promise<void> {
  const { chain, clock } = context
  const maxChunks = maxChunksOf(protocol, request)
  const phase = { limitMs: ANSWER_TIMEOUT_MS, code: 'server_error', what: 'the answer was not ready' } as const
  await withTimeout({ clock, signal, ...phase }, async (limit) => {
    const chunks = handler(request, { peer, signal: limit })
    const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    let sent = 0
    let exhausted = false
    try {
      while (sent < maxChunks) {
        const next = await raceSignal(Promise.resolve(iterator.next()), limit)
        if (next.done) {
          exhausted = true
          return
        }
        const bytes = encodeOwnChunk(protocol, version, chain, next.value)
        await withTimeout(
          { clock, signal: limit, limitMs: CHUNK_TIMEOUT_MS, code: 'chunk_timeout', what: 'a chunk was not taken' },
          (chunkLimit) => sendAll(stream, bytes, chunkLimit),
        )
        sent++
      }
    } finally {
      // Never awaited: a handler parked in a wait of its own would keep us with it.
      if (!exhausted) returnIterator(iterator)
    }
  })
}

function returnIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {})
  } catch {
    // A handler that fails while it is being left has nobody to tell.
  }
}

function encodeOwnChunk<Request, Response>(
  protocol: Protocol<Request, Response>,
  version: Service<Request, Response>['version'],
  chain: Chain,
  response: Response,
): Uint8Array {
  if (protocol.context === 'none' || !protocol.digestOf) {
    return encodeChunk(version.protocol.response({ chain }).encode(version.responseTo(response)))
  }
  const forkDigest = protocol.digestOf(response, chain)
  const fork = forkOfDigest(chain, forkDigest)?.fork.name
  const context: ChunkContext = fork === undefined ? { chain, forkDigest } : { chain, forkDigest, fork }
  const codec = version.protocol.response(context)
  return encodeChunk(codec.encode(version.responseTo(response)), fromHex(forkDigest, 4))
}

async function close(clock: Clock, stream: Stream, reader: ByteReader, signal: AbortSignal): Promise<void> {
  await withTimeout(
    { clock, signal, limitMs: CHUNK_TIMEOUT_MS, code: 'chunk_timeout', what: 'the end was not taken' },
    (limit) => closeWrite(stream, limit),
  )
  reader.release()
  closeGracefully(stream, clock)
}

/** Only these messages are sent to the peer. */
function refusalOf(error: unknown): { readonly code: number; readonly message: string } {
  if (isLamparaError(error, 'request_invalid')) return { code: 1, message: messageOf(error) }
  if (isLamparaError(error, 'resource_unavailable')) return { code: 3, message: messageOf(error) }
  // Of no specification: Lighthouse, Lodestar and Grandine say it so.
  if (isLamparaError(error, 'rate_limited')) return { code: 139, message: messageOf(error) }
  if (isLamparaError(error, 'server_error')) return { code: 2, message: messageOf(error) }
  return { code: 2, message: 'internal error' }
}

async function refuse(
  clock: Clock,
  stream: Stream,
  reader: ByteReader,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { code, message } = refusalOf(error)
  try {
    await withTimeout(
      { clock, signal, limitMs: CHUNK_TIMEOUT_MS, code: 'chunk_timeout', what: 'the refusal was not taken' },
      (limit) => sendAll(stream, encodeErrorChunk(code, message), limit),
    )
    await close(clock, stream, reader, signal)
  } catch (failure) {
    reset(stream, failure)
  }
}
