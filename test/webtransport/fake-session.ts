import type { ClosableSession } from '../../src/webtransport/session-connection.ts'
import type { StreamSession } from '../../src/webtransport/session-muxer.ts'
import type { BidirectionalStream } from '../../src/webtransport/session-stream.ts'

/** Two ends of a stream. */
export function streamPair(): readonly [BidirectionalStream, BidirectionalStream] {
  const there = new TransformStream<Uint8Array, Uint8Array>()
  const back = new TransformStream<Uint8Array, Uint8Array>()
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ]
}

/** One end of a session. */
export type FakeSession = StreamSession & ClosableSession

/** Two ends of a session, in memory; `over` resolves when either closed it. */
export function sessionPair(): { readonly ends: readonly [FakeSession, FakeSession]; readonly over: Promise<void> } {
  const { promise: over, resolve: close } = Promise.withResolvers<void>()
  const [ahead, back] = [new TransformStream<BidirectionalStream>(), new TransformStream<BidirectionalStream>()]
  function end(
    outgoing: WritableStream<BidirectionalStream>,
    incomingBidirectionalStreams: ReadableStream<BidirectionalStream>,
  ): FakeSession {
    const opened = outgoing.getWriter()
    opened.closed.catch(() => {})
    return {
      closed: over,
      close,
      incomingBidirectionalStreams,
      async createBidirectionalStream() {
        const [ours, theirs] = streamPair()
        opened.write(theirs).catch(() => {})
        return ours
      },
    }
  }
  return { ends: [end(ahead.writable, back.readable), end(back.writable, ahead.readable)], over }
}
