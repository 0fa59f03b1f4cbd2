import type { MessageStreamEvents, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { LamparaError } from '../errors/index.ts'
import { listen } from '../streams/listen.ts'
import { streamError } from '../streams/stream-error.ts'

const FAILED = 'The tunnel broke'

/** What a tap needs of a libp2p stream. */
export type TappedStream = Pick<
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

/** Who learns of what comes out of a stream. */
export interface StreamTapEvents {
  /** Never while paused. The bytes may be kept: nobody writes to them again. */
  onBytes(bytes: Uint8Array): void
  /** The other side closed its writing; everything before has been told. Once, and never while paused. */
  onEnd(): void
  /** The stream is over as a whole, with an error where it was reset, aborted or lost its connection. Once, paused or not. */
  onClose(error: LamparaError | undefined): void
}

/** The readable side of a stream, with backpressure, whose bytes are handed on as they are. */
export interface StreamTap {
  /** Holds back bytes and end from now on, those of the piece in hand included; the other side stops when the muxer's window is full. */
  pause(): void
  resume(): void
  /** Hears no more of the stream, which its owner closes or aborts. What is held is dropped. */
  detach(): void
}

/**
 * Taps a stream. It listens from this call on: call it in the turn in which the stream was handed over.
 *
 * As {@link createByteReader}, for anyone who moves bytes on instead of reading so many. It holds at most what the muxer lets
 * in before the pause is felt: two windows of yamux.
 */
export function tapStream(stream: TappedStream, events: StreamTapEvents): StreamTap {
  const held: Uint8Array[] = []
  let paused = false
  let adjusting = false
  let delivering = false
  let remoteClosed = stream.remoteWriteStatus === 'closed'
  /** Closed in good order: told once the end has been. */
  let closing = stream.status === 'closed'
  let ended = false
  let closed = false
  let detached = false

  function deliver(): void {
    if (delivering) return
    delivering = true
    while (!paused && !detached && held.length > 0) events.onBytes(held.shift()!)
    delivering = false
    settle()
  }

  /** Tells the end once everything that came before it has been told. */
  function settle(): void {
    const unread = stream.readBufferLength > 0 && stream.readStatus !== 'closed' && stream.readStatus !== 'closing'
    if (!remoteClosed || unread || held.length > 0 || paused || detached) return
    if (!ended) {
      ended = true
      events.onEnd()
    }
    if (closing) tellClosed(undefined)
  }

  /** Pauses or resumes the stream itself. */
  function adjust(): void {
    // A stream that is paused from within its own resume() goes on sending window updates (yamux): wait for its return.
    if (adjusting) return
    adjusting = true
    try {
      if (!paused && stream.readStatus === 'paused') stream.resume()
      if (paused && stream.readStatus === 'readable') stream.pause()
    } catch {
      // It is over: its close event tells.
    } finally {
      adjusting = false
    }
  }

  function onMessage({ data }: StreamMessageEvent): void {
    for (const piece of data instanceof Uint8Array ? [data] : data) held.push(piece)
    deliver()
    adjust()
  }

  function settleLater(): void {
    // yamux reads a frame's FIN before its data: what comes with it is told later in this turn.
    queueMicrotask(settle)
  }

  function onRemoteCloseWrite(): void {
    remoteClosed = true
    settleLater()
  }

  function onClose({ error, local }: StreamCloseEvent): void {
    if (error !== undefined || !remoteClosed) tellClosed(streamError(FAILED, error, local === true))
    else {
      closing = true
      settleLater()
    }
  }

  function tellClosed(error: LamparaError | undefined): void {
    if (closed || detached) return
    closed = true
    events.onClose(error)
  }

  const stopListening = listen<MessageStreamEvents>(stream, {
    message: onMessage,
    remoteCloseWrite: onRemoteCloseWrite,
    end: settleLater,
    close: onClose,
  })
  if (stream.status === 'reset' || stream.status === 'aborted')
    queueMicrotask(() => tellClosed(streamError(FAILED, undefined, false)))
  else if (remoteClosed) settleLater()

  return {
    pause() {
      paused = true
      adjust()
    },
    resume() {
      if (detached) return
      paused = false
      deliver()
      adjust()
      settle()
    },
    detach() {
      detached = true
      held.length = 0
      stopListening()
    },
  }
}
