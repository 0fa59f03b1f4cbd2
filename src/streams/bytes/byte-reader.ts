import type { MessageStreamEvents, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import { listen } from '../listen.ts'
import { streamError } from '../stream-error.ts'
import { type ByteReader, type ByteSink, type ByteSource, createReader } from './exact-reader.ts'

export type { ByteReader } from './exact-reader.ts'
export { bytesReader } from './memory-reader.ts'

/** The readable side of a libp2p stream. */
export type ReadableStreamSide = Pick<
  Stream,
  | 'addEventListener'
  | 'pause'
  | 'readBufferLength'
  | 'readStatus'
  | 'remoteWriteStatus'
  | 'removeEventListener'
  | 'resume'
  | 'status'
>

export interface ByteReaderOptions {
  /** How many bytes may wait unread before the stream is paused; 1 MiB by default. A longer read raises it. */
  readonly maxBuffered?: number
}

const FAILED = 'Cannot read from stream'
/** A window of the muxer: pausing sooner makes a fast sender wait, and send in small pieces. */
const DEFAULT_MAX_BUFFERED = 1024 * 1024

/**
 * A reader over a libp2p stream. It listens from this call on: call it in the same turn in which the stream was handed
 * over, since what a stream does before anybody listens can only be guessed at.
 *
 * Beyond `maxBuffered` the stream is paused and resumed as bytes are read, so that at most one window of the muxer comes
 * on top. (mplex has no windows: there the stream itself gives up at its `maxReadBufferLength`.)
 */
export function createByteReader(stream: ReadableStreamSide, options: ByteReaderOptions = {}): ByteReader {
  const { maxBuffered = DEFAULT_MAX_BUFFERED } = options
  return createReader((sink) => attach(stream, sink, maxBuffered))
}

function attach(stream: ReadableStreamSide, sink: ByteSink, maxBuffered: number): ByteSource {
  let remoteClosed = stream.remoteWriteStatus === 'closed'
  let over: { readonly error?: LamparaError } | undefined
  let adjusting = false

  /** Tells the end once everything that came before it has been told. */
  function settle(): void {
    const unread = stream.readBufferLength > 0 && stream.readStatus !== 'closed' && stream.readStatus !== 'closing'
    if (over !== undefined && !unread) sink.end(over.error)
  }

  /** Pauses or resumes the stream as what waits requires. */
  function adjust(): void {
    // A stream that is paused from within its own resume() goes on sending window updates (yamux): wait for its return.
    if (adjusting) return
    adjusting = true
    try {
      const isShort = sink.buffered < Math.max(sink.wanted, maxBuffered / 2)
      if (stream.readStatus === 'paused' && isShort) stream.resume()
      if (stream.readStatus === 'readable' && sink.buffered >= Math.max(sink.wanted, maxBuffered)) stream.pause()
    } catch (error) {
      over ??= { error: LamparaError.from(error, 'peer_disconnected', FAILED) }
    } finally {
      adjusting = false
    }
    settle()
  }

  function onMessage({ data }: StreamMessageEvent): void {
    for (const piece of data instanceof Uint8Array ? [data] : data) sink.push(piece)
    adjust()
  }

  function onRemoteCloseWrite(): void {
    remoteClosed = true
    over ??= {}
    // yamux reads a frame's FIN before its data: what comes with it is told later in this turn.
    queueMicrotask(settle)
  }

  function onEnd(): void {
    // Closed for reading at this end: nothing else tells it. Other ends come with an event of their own.
    if (remoteClosed || (stream.status !== 'open' && stream.status !== 'closing')) return
    over ??= { error: new LamparaError('stopped', 'Cannot read from stream: it was closed for reading') }
    settle()
  }

  function onClose({ error, local }: StreamCloseEvent): void {
    if (error !== undefined) over = { error: streamError(FAILED, error, local === true) }
    else if (!remoteClosed) over = { error: streamError(FAILED, undefined, false) }
    settle()
  }

  const detach = listen<MessageStreamEvents>(stream, {
    message: onMessage,
    remoteCloseWrite: onRemoteCloseWrite,
    end: onEnd,
    close: onClose,
  })

  if (stream.status === 'reset' || stream.status === 'aborted') over = { error: streamError(FAILED, undefined, false) }
  else if (remoteClosed) over = {}
  settle()

  return { demand: adjust, detach }
}
