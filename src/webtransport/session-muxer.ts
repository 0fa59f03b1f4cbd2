import type { CreateStreamOptions, MessageStream, StreamMuxerFactory, StreamMuxerOptions } from '@libp2p/interface'
import { AbstractStreamMuxer } from '@libp2p/utils'
import { onAbort } from '../streams/abort.ts'
import { type BidirectionalStream, SessionStream } from './session-stream.ts'

/** What is used of a WebTransport session. */
export interface StreamSession {
  readonly incomingBidirectionalStreams: ReadableStream<BidirectionalStream>
  createBidirectionalStream(): Promise<BidirectionalStream>
}

/** The session is its own muxer: each stream of libp2p is a stream of QUIC. */
export function sessionMuxer(session: StreamSession): StreamMuxerFactory {
  return {
    protocol: PROTOCOL,
    createStreamMuxer: (connection) => new SessionMuxer(session, connection),
  }
}

const PROTOCOL = '/webtransport'

class SessionMuxer extends AbstractStreamMuxer<SessionStream> {
  readonly #session: StreamSession
  #nextId = 0

  constructor(session: StreamSession, connection: MessageStream, options: StreamMuxerOptions = {}) {
    super(connection, { ...options, protocol: PROTOCOL, name: 'muxer' })
    this.#session = session
    const incoming = session.incomingBidirectionalStreams.getReader()
    connection.addEventListener('close', () => void incoming.cancel().catch(() => {}), { once: true })
    void this.#accept(incoming)
  }

  override async onCreateStream({ signal }: CreateStreamOptions): Promise<SessionStream> {
    // Where the other side allows no more streams for now, it waits.
    const opening = this.#session.createBidirectionalStream()
    const { promise, resolve, reject } = Promise.withResolvers<BidirectionalStream>()
    let late = false
    const forget = onAbort(signal, () => {
      late = true
      reject(signal?.reason)
    })
    opening.then((stream) => (late ? discard(stream) : resolve(stream)), reject).finally(forget)
    return this.#wrap(await promise, 'outbound')
  }

  /** All data comes by streams. */
  override onData(): void {}

  async #accept(incoming: ReadableStreamDefaultReader<BidirectionalStream>): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await incoming.read()
        if (done) return
        this.onRemoteStream(this.#wrap(value, 'inbound'))
      }
    } catch {
      // The session is over, of which the connection hears, too.
    }
  }

  #wrap(stream: BidirectionalStream, direction: 'inbound' | 'outbound'): SessionStream {
    const id = String(this.#nextId++)
    return new SessionStream(stream, {
      ...this.streamOptions,
      id,
      direction,
      log: this.log.newScope(`${direction}:${id}`),
    })
  }
}

function discard({ readable, writable }: BidirectionalStream): void {
  readable.cancel().catch(() => {})
  writable.abort().catch(() => {})
}
