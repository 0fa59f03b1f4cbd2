import type { Libp2p, Stream } from '@libp2p/interface'
import type { Chain } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { type ByteReader, createByteReader } from '../streams/byte-reader.ts'
import type { Clock } from '../streams/clock.ts'
import { encodeRequest } from '../wire/index.ts'
import type { Limiter, TurnOptions } from './limiter.ts'
import { responseOffence } from './offences.ts'
import { openStream } from './open-stream.ts'
import type { ReportOffence } from './peer-hooks.ts'
import { within } from './phases.ts'
import { isRefusal, readChunk } from './read-chunk.ts'
import { closeWrite, letGo, reset, sendAll } from './stream-io.ts'
import type { ExchangeTimeouts, Protocol } from './types.ts'
import { askedVersions, maxChunksOf } from './versions.ts'

/** What asking needs, for the life of the behaviour. */
export interface AskContext {
  readonly libp2p: Pick<Libp2p, 'getConnections'>
  readonly chain: Chain
  readonly clock: Clock
  readonly limiter: Limiter
  readonly onOffence: ReportOffence
}

/** What came so far, read by whoever handles a failure. */
export interface Progress {
  chunks: number
  bytes: number
  /** The chunk last delivered is the last that can come. */
  final: boolean
}

/** One question to one peer. */
export interface Ask<Request, Response> {
  readonly protocol: Protocol<Request, Response>
  readonly request: Request
  readonly peer: string
  readonly turn: TurnOptions
  readonly timeouts: Required<ExchangeTimeouts>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Takes a chunk; the next is read when it resolves. */
  readonly deliver: (chunk: Response) => Promise<void>
}

/**
 * Asks one peer, from opening the stream to letting go of it, and reports what it did wrong.
 *
 * @returns when the answer is complete: as many chunks as can come, or the peer's close at a chunk's boundary
 * @throws LamparaError as `Exchange` lists them; the signal's reason
 */
export async function askPeer<Request, Response>(context: AskContext, ask: Ask<Request, Response>): Promise<void> {
  const { protocol, peer, signal } = ask
  const release = await context.limiter.acquire(laneOf(protocol, peer), signal, ask.turn)
  try {
    await exchange(context, ask)
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    const error = LamparaError.from(thrown, 'internal', 'unexpected')
    const failure = new LamparaError(error.code, `Cannot get ${protocol.name} from ${peer}: ${error.message}`, {
      cause: error.cause ?? error,
      details: { ...error.details, peer, protocol: protocol.name, chunks: ask.progress.chunks },
    })
    const offence = responseOffence(error.code)
    if (offence) context.onOffence(peer, offence, failure.message)
    throw failure
  } finally {
    release()
  }
}

/** Requests of one method to one peer stand in one queue. */
export function laneOf(protocol: { readonly name: string }, peer: string): string {
  return `${protocol.name} of ${peer}`
}

async function exchange<Request, Response>(context: AskContext, ask: Ask<Request, Response>): Promise<void> {
  const { clock, chain, libp2p } = context
  const { protocol, request, peer, timeouts, signal } = ask
  const versions = askedVersions(protocol)
  const stream = await within(
    { clock, signal, limitMs: timeouts.dialTimeoutMs, code: 'dial_timeout', what: 'no stream opened' },
    (limit) => openStream(libp2p, peer, [...versions.keys()], limit),
  )
  // The reader comes before anything is written: an answer may arrive, and its stream close, before a later reader would look.
  const reader = createByteReader(stream)
  try {
    const version = versions.get(stream.protocol)!
    const bytes = encodeOwn(version.protocol, chain, () => version.requestTo(request))
    await within(
      { clock, signal, limitMs: timeouts.requestTimeoutMs, code: 'request_timeout', what: 'the request was not taken' },
      (limit) => sendRequest(stream, bytes, limit),
    )
    await readChunks(context, ask, reader, version.protocol, version.responseFrom)
    reader.release()
    letGo(stream, clock)
  } catch (error) {
    reader.release()
    // A refusal ends an exchange in good order: the peer closes by itself.
    if (isRefusal(error)) letGo(stream, clock)
    else reset(stream, error)
    throw error
  } finally {
    ask.progress.bytes += reader.bytesRead
  }
}

function encodeOwn(protocol: Protocol<unknown, unknown>, chain: Chain, request: () => unknown): Uint8Array | undefined {
  try {
    return protocol.request && encodeRequest(protocol.request(chain).encode(request()))
  } catch (error) {
    throw new LamparaError('invalid_argument', 'the request cannot be encoded', { cause: error })
  }
}

async function sendRequest(stream: Stream, bytes: Uint8Array | undefined, signal: AbortSignal): Promise<void> {
  if (bytes) await sendAll(stream, bytes, signal)
  await closeWrite(stream, signal)
}

async function readChunks<Request, Response>(
  { clock, chain }: AskContext,
  { protocol, request, timeouts, signal, progress, deliver }: Ask<Request, Response>,
  reader: ByteReader,
  version: Protocol<unknown, unknown>,
  responseFrom: (response: unknown) => Response,
): Promise<void> {
  const maxChunks = maxChunksOf(protocol, request)
  const firstByte = {
    limitMs: timeouts.firstByteTimeoutMs,
    code: 'first_byte_timeout',
    what: 'no answer began',
  } as const
  const between = { limitMs: timeouts.chunkTimeoutMs, code: 'chunk_timeout', what: 'no next chunk began' } as const
  const chunk = { limitMs: timeouts.chunkTimeoutMs, code: 'chunk_timeout', what: 'a chunk did not end' } as const
  // Stops at the last chunk that can come, whether or not the peer closes after it.
  for (let received = 0; received < maxChunks; received++) {
    const phase = received === 0 ? firstByte : between
    const more = await within({ clock, signal, ...phase }, (limit) => reader.hasMore({ signal: limit }))
    if (!more) return
    const response = await within({ clock, signal, ...chunk }, (limit) => readChunk(reader, version, chain, limit))
    const translated = responseFrom(response)
    progress.chunks++
    progress.final = progress.chunks === maxChunks
    await deliver(translated)
  }
}
