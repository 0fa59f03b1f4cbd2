import type { Libp2p, Stream } from '@libp2p/interface'
import type { Chain } from '../../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import { type ByteReader, createByteReader } from '../../streams/bytes/byte-reader.ts'
import type { Clock } from '../../streams/clock.ts'
import { encodeRequest } from '../../wire/index.ts'
import type { ReportPenalty, ReportServed } from '../callbacks.ts'
import type { HoldOffs } from '../limits/hold-off.ts'
import type { QueueOptions, RequestQueue } from '../limits/request-queue.ts'
import { responsePenalty } from '../penalties.ts'
import { type AskedVersion, askedVersions, maxChunksOf } from '../protocols/versions.ts'
import { closeGracefully, closeWrite, reset, sendAll, sendLast } from '../stream-io.ts'
import { createTimeLimits, type TimeLimit, type TimeLimits } from '../timeouts.ts'
import type { Protocol, RequestTimeouts } from '../types.ts'
import { DeclinedError, readAcceptance, withProposal } from './lazy-negotiation.ts'
import { isConnected, openRawStream, openStream } from './open-stream.ts'
import { isRefusal, readChunk } from './read-chunk.ts'
import type { AttemptStats, ResponseTimes } from './response-times.ts'

/** Dependencies of attempts, for as long as the behaviour runs. */
export interface AttemptContext {
  readonly libp2p: Pick<Libp2p, 'getConnections'>
  readonly chain: Chain
  readonly clock: Clock
  readonly queue: RequestQueue
  readonly responseTimes: ResponseTimes
  readonly holdOffs: HoldOffs
  readonly onPenalty: ReportPenalty
  readonly onServed?: ReportServed | undefined
}

/** One request to one peer. */
export interface Attempt<Request, Response> {
  readonly protocol: Protocol<Request, Response>
  readonly request: Request
  readonly peer: string
  readonly queueOptions: QueueOptions
  readonly timeouts: Required<RequestTimeouts>
  readonly signal: AbortSignal
  /** Called when the answer's first byte has come. */
  readonly onFirstByte: () => void
  /** Takes a chunk, and whether it is the last that can come; the next is read when it resolves. */
  readonly onChunk: (chunk: Response, isLast: boolean) => Promise<void>
  /** Called with the bytes that were read, once there are no more. */
  readonly onBytes: (bytes: number) => void
}

/** Statistics of an attempt under way. */
type MutableStats = { -readonly [Field in keyof AttemptStats]: AttemptStats[Field] } & { chunks: number }

/**
 * Asks one peer, from opening the stream to closing it, and reports misbehaviour.
 *
 * @returns when the answer is complete: as many chunks as can come, or the peer's close at a chunk's boundary
 * @throws LamparaError as `ResponseStream` lists them; the signal's reason
 */
export async function attemptRequest<Request, Response>(
  context: AttemptContext,
  attempt: Attempt<Request, Response>,
): Promise<void> {
  const { protocol, peer, signal } = attempt
  const queueKey = queueKeyOf(protocol, peer)
  const release = await context.queue.acquire(queueKey, signal, attempt.queueOptions)
  const stats: MutableStats = { askedAtMs: context.clock.now(), chunks: 0, bytes: 0, idleMs: 0 }
  const timeLimits = createTimeLimits({ clock: context.clock, signal })
  try {
    await runAttempt(context, attempt, stats, timeLimits)
    context.holdOffs.succeeded(queueKey)
    if (stats.chunks > 0) context.onServed?.(peer, protocol)
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    const error = LamparaError.from(thrown, 'internal', 'unexpected')
    const failure = new LamparaError(error.code, `Cannot get ${protocol.name} from ${peer}: ${messageOf(error)}`, {
      cause: error.cause ?? error,
      details: { ...error.details, peer, protocol: protocol.name, chunks: stats.chunks },
    })
    context.holdOffs.failed(queueKey, error.code)
    const penalty = responsePenalty(error.code, stats.chunks)
    if (penalty) context.onPenalty(peer, penalty, messageOf(failure))
    throw failure
  } finally {
    timeLimits.end()
    release()
    context.responseTimes.note(queueKey, stats)
    attempt.onBytes(stats.bytes)
  }
}

/** Requests of one method to one peer stand in one queue. */
export function queueKeyOf(protocol: { readonly name: string }, peer: string): string {
  return `${protocol.name} of ${peer}`
}

async function runAttempt<Request, Response>(
  context: AttemptContext,
  attempt: Attempt<Request, Response>,
  stats: MutableStats,
  timeLimits: TimeLimits,
): Promise<void> {
  const versions = askedVersions(attempt.protocol)
  const ids = [...versions.keys()]
  const newest = ids[0]!
  // The newest version is proposed together with the request: an answer takes one round trip, not two.
  const lazy = await timeLimits.run(openLimit(attempt), (limit) =>
    openRawStream(context.libp2p, attempt.peer, newest, limit),
  )
  let declined: DeclinedError | undefined
  if (lazy !== undefined) {
    try {
      await exchange(context, attempt, stats, timeLimits, lazy, versions.get(newest)!, true)
      return
    } catch (error) {
      if (!(error instanceof DeclinedError)) throw error
      declined = error
    }
  }
  const rest = declined?.isExplicit ? ids.slice(1) : ids
  if (rest.length === 0) throw new LamparaError('protocol_unsupported', 'it does not speak this protocol')
  if (declined !== undefined && !isConnected(context.libp2p, attempt.peer)) {
    throw new LamparaError('peer_disconnected', 'the connection closed', { cause: declined })
  }
  const stream = await timeLimits.run(openLimit(attempt), (limit) =>
    openStream(context.libp2p, attempt.peer, rest, limit),
  )
  await exchange(context, attempt, stats, timeLimits, stream, versions.get(stream.protocol)!, false)
}

/** Asks on an open stream, and reads the answer. @throws DeclinedError on a lazy stream, before anything is answered */
async function exchange<Request, Response>(
  context: AttemptContext,
  attempt: Attempt<Request, Response>,
  stats: MutableStats,
  timeLimits: TimeLimits,
  stream: Stream,
  version: AskedVersion<Request, Response>,
  isLazy: boolean,
): Promise<void> {
  const { clock, chain } = context
  // The reader comes before anything is written: an answer may arrive, and its stream close, before a later reader would look.
  const reader = createByteReader(stream)
  let negotiationBytes = 0
  try {
    const bytes = encodeOwn(version.protocol, chain, () => version.requestTo(attempt.request))
    const sending = {
      limitMs: attempt.timeouts.requestTimeoutMs,
      code: 'request_timeout',
      what: 'the request was not taken',
    } as const
    if (isLazy) {
      await proposeRequest(stream, reader, attempt, timeLimits, bytes, sending)
      negotiationBytes = reader.bytesRead
      // Not earlier: js-libp2p resets a stream whose other half closes while it still negotiates.
      await timeLimits.run(sending, (limit) => closeWrite(stream, limit))
    } else await timeLimits.run(sending, (limit) => sendRequest(stream, bytes, limit))
    await readChunks(context, attempt, stats, timeLimits, reader, version.protocol, version.responseFrom)
    reader.release()
    closeGracefully(stream, clock)
  } catch (error) {
    reader.release()
    // A refusal ends an exchange in good order: the peer closes by itself.
    if (isRefusal(error)) closeGracefully(stream, clock)
    else reset(stream, error)
    throw error
  } finally {
    stats.bytes = reader.bytesRead - negotiationBytes
  }
}

/** Sends the proposal and the request, and reads whether the peer takes the protocol. @throws DeclinedError */
async function proposeRequest(
  stream: Stream,
  reader: ByteReader,
  attempt: Pick<Attempt<unknown, unknown>, 'timeouts'>,
  timeLimits: TimeLimits,
  bytes: Uint8Array | undefined,
  sending: TimeLimit,
): Promise<void> {
  try {
    await timeLimits.run(sending, (limit) => sendAll(stream, withProposal(stream.protocol, bytes), limit))
  } catch (error) {
    throw isLamparaError(error, 'peer_disconnected') ? new DeclinedError(false, error) : error
  }
  await timeLimits.run(openLimit(attempt), (limit) => readAcceptance(reader, stream.protocol, limit))
}

function openLimit({ timeouts }: Pick<Attempt<unknown, unknown>, 'timeouts'>): TimeLimit {
  return { limitMs: timeouts.openStreamTimeoutMs, code: 'open_stream_timeout', what: 'no stream opened' }
}

function encodeOwn(protocol: Protocol<unknown, unknown>, chain: Chain, request: () => unknown): Uint8Array | undefined {
  try {
    return protocol.request && encodeRequest(protocol.request(chain).encode(request()))
  } catch (error) {
    throw new LamparaError('invalid_argument', 'the request cannot be encoded', { cause: error })
  }
}

async function sendRequest(stream: Stream, bytes: Uint8Array | undefined, signal: AbortSignal): Promise<void> {
  if (bytes) await sendLast(stream, bytes, signal)
  else await closeWrite(stream, signal)
}

async function readChunks<Request, Response>(
  { clock, chain }: AttemptContext,
  { protocol, request, timeouts, onFirstByte, onChunk }: Attempt<Request, Response>,
  stats: MutableStats,
  timeLimits: TimeLimits,
  reader: ByteReader,
  version: Protocol<unknown, unknown>,
  responseFrom: (response: unknown) => Response,
): Promise<void> {
  const maxChunks = maxChunksOf(protocol, request)
  const phaseOf = (code: 'first_byte_timeout' | 'chunk_timeout', what: string): TimeLimit => {
    const limitMs = code === 'chunk_timeout' ? timeouts.chunkTimeoutMs : timeouts.firstByteTimeoutMs
    return { limitMs, code, what }
  }
  const firstByte = phaseOf('first_byte_timeout', 'no first byte')
  const between = phaseOf('chunk_timeout', 'no next chunk began')
  const chunk = phaseOf('chunk_timeout', 'a chunk did not end')
  // Stops at the last chunk that can come, whether or not the peer closes after it.
  for (let received = 0; received < maxChunks; received++) {
    const more = await timeLimits.run(received === 0 ? firstByte : between, (limit) =>
      reader.hasMore({ signal: limit }),
    )
    if (!more) return
    if (received === 0) {
      stats.begunAtMs = clock.now()
      onFirstByte()
    }
    const response = await timeLimits.run(chunk, (limit) => readChunk(reader, version, chain, limit))
    stats.chunks++
    const deliveredAtMs = clock.now()
    await onChunk(responseFrom(response), stats.chunks === maxChunks)
    stats.idleMs += clock.now() - deliveredAtMs
  }
}
