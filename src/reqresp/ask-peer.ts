import type { Libp2p, Stream } from '@libp2p/interface'
import type { Chain } from '../chain/index.ts'
import { LamparaError, messageOf } from '../errors/index.ts'
import { type ByteReader, createByteReader } from '../streams/byte-reader.ts'
import type { Clock } from '../streams/clock.ts'
import { encodeRequest } from '../wire/index.ts'
import type { HoldOffs } from './hold-off.ts'
import type { Limiter, TurnOptions } from './limiter.ts'
import { responseOffence } from './offences.ts'
import { openStream } from './open-stream.ts'
import type { ReportOffence, ReportServed } from './peer-hooks.ts'
import { createPhases, type PhaseLimit, type Phases } from './phases.ts'
import { isRefusal, readChunk } from './read-chunk.ts'
import type { Sample, Speeds } from './speeds.ts'
import { closeWrite, letGo, reset, sendLast } from './stream-io.ts'
import type { ExchangeTimeouts, Protocol } from './types.ts'
import { askedVersions, maxChunksOf } from './versions.ts'

/** What asking needs, for the life of the behaviour. */
export interface AskContext {
  readonly libp2p: Pick<Libp2p, 'getConnections'>
  readonly chain: Chain
  readonly clock: Clock
  readonly limiter: Limiter
  readonly speeds: Speeds
  readonly holdOffs: HoldOffs
  readonly onOffence: ReportOffence
  readonly onServed?: ReportServed | undefined
}

/** One question to one peer. */
export interface Ask<Request, Response> {
  readonly protocol: Protocol<Request, Response>
  readonly request: Request
  readonly peer: string
  readonly turn: TurnOptions
  readonly timeouts: Required<ExchangeTimeouts>
  readonly signal: AbortSignal
  /** Called when the answer's first byte has come. */
  readonly onBegun: () => void
  /** Takes a chunk, and whether it is the last that can come; the next is read when it resolves. */
  readonly deliver: (chunk: Response, isLast: boolean) => Promise<void>
  /** Told of the bytes that were read, once there are no more. */
  readonly onBytes: (bytes: number) => void
}

/** What came of a question so far. */
type Tally = { -readonly [Field in keyof Sample]: Sample[Field] } & { chunks: number }

/**
 * Asks one peer, from opening the stream to letting go of it, and reports what it did wrong.
 *
 * @returns when the answer is complete: as many chunks as can come, or the peer's close at a chunk's boundary
 * @throws LamparaError as `Exchange` lists them; the signal's reason
 */
export async function askPeer<Request, Response>(context: AskContext, ask: Ask<Request, Response>): Promise<void> {
  const { protocol, peer, signal } = ask
  const lane = laneOf(protocol, peer)
  const release = await context.limiter.acquire(lane, signal, ask.turn)
  const tally: Tally = { askedAtMs: context.clock.now(), chunks: 0, bytes: 0, idleMs: 0 }
  const phases = createPhases({ clock: context.clock, signal })
  try {
    await exchange(context, ask, tally, phases)
    context.holdOffs.succeeded(lane)
    if (tally.chunks > 0) context.onServed?.(peer, protocol)
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    const error = LamparaError.from(thrown, 'internal', 'unexpected')
    const failure = new LamparaError(error.code, `Cannot get ${protocol.name} from ${peer}: ${messageOf(error)}`, {
      cause: error.cause ?? error,
      details: { ...error.details, peer, protocol: protocol.name, chunks: tally.chunks },
    })
    context.holdOffs.failed(lane, error.code)
    const offence = responseOffence(error.code, tally.chunks)
    if (offence) context.onOffence(peer, offence, messageOf(failure))
    throw failure
  } finally {
    phases.end()
    release()
    context.speeds.note(lane, tally)
    ask.onBytes(tally.bytes)
  }
}

/** Requests of one method to one peer stand in one queue. */
export function laneOf(protocol: { readonly name: string }, peer: string): string {
  return `${protocol.name} of ${peer}`
}

async function exchange<Request, Response>(
  context: AskContext,
  ask: Ask<Request, Response>,
  tally: Tally,
  phases: Phases,
): Promise<void> {
  const { clock, chain, libp2p } = context
  const { protocol, request, peer, timeouts } = ask
  const versions = askedVersions(protocol)
  const stream = await phases.run(
    { limitMs: timeouts.dialTimeoutMs, code: 'dial_timeout', what: 'no stream opened' },
    (limit) => openStream(libp2p, peer, [...versions.keys()], limit),
  )
  // The reader comes before anything is written: an answer may arrive, and its stream close, before a later reader would look.
  const reader = createByteReader(stream)
  try {
    const version = versions.get(stream.protocol)!
    const bytes = encodeOwn(version.protocol, chain, () => version.requestTo(request))
    await phases.run(
      { limitMs: timeouts.requestTimeoutMs, code: 'request_timeout', what: 'the request was not taken' },
      (limit) => sendRequest(stream, bytes, limit),
    )
    await readChunks(context, ask, tally, phases, reader, version.protocol, version.responseFrom)
    reader.release()
    letGo(stream, clock)
  } catch (error) {
    reader.release()
    // A refusal ends an exchange in good order: the peer closes by itself.
    if (isRefusal(error)) letGo(stream, clock)
    else reset(stream, error)
    throw error
  } finally {
    tally.bytes = reader.bytesRead
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
  if (bytes) await sendLast(stream, bytes, signal)
  else await closeWrite(stream, signal)
}

async function readChunks<Request, Response>(
  { clock, chain }: AskContext,
  { protocol, request, timeouts, onBegun, deliver }: Ask<Request, Response>,
  tally: Tally,
  phases: Phases,
  reader: ByteReader,
  version: Protocol<unknown, unknown>,
  responseFrom: (response: unknown) => Response,
): Promise<void> {
  const maxChunks = maxChunksOf(protocol, request)
  const phaseOf = (code: 'first_byte_timeout' | 'chunk_timeout', what: string): PhaseLimit => {
    const limitMs = code === 'chunk_timeout' ? timeouts.chunkTimeoutMs : timeouts.firstByteTimeoutMs
    return { limitMs, code, what }
  }
  const firstByte = phaseOf('first_byte_timeout', 'no answer began')
  const between = phaseOf('chunk_timeout', 'no next chunk began')
  const chunk = phaseOf('chunk_timeout', 'a chunk did not end')
  // Stops at the last chunk that can come, whether or not the peer closes after it.
  for (let received = 0; received < maxChunks; received++) {
    const more = await phases.run(received === 0 ? firstByte : between, (limit) => reader.hasMore({ signal: limit }))
    if (!more) return
    if (received === 0) {
      tally.begunAtMs = clock.now()
      onBegun()
    }
    const response = await phases.run(chunk, (limit) => readChunk(reader, version, chain, limit))
    tally.chunks++
    const deliveredAtMs = clock.now()
    await deliver(responseFrom(response), tally.chunks === maxChunks)
    tally.idleMs += clock.now() - deliveredAtMs
  }
}
