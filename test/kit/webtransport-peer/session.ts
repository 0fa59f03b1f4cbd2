import type { ClosableSession } from '../../../src/webtransport/session-connection.ts'
import type { StreamSession } from '../../../src/webtransport/session-muxer.ts'
import type { BidirectionalStream } from '../../../src/webtransport/session-stream.ts'
import type { QuicConnection, QuicStream } from './quic.ts'

/** Control stream with SETTINGS: ENABLE_CONNECT_PROTOCOL, H3_DATAGRAM, ENABLE_WEBTRANSPORT (RFC 9114, 9220, 9297, draft-ietf-webtrans-http3-02). */
const CONTROL = bytes('00 04 09 0801 3301 ab60374201')
/** HEADERS with `:status` 200, entry 25 of QPACK's static table, and the draft's own header as it stands. */
const ACCEPTED = bytes(`01 29 0000 d9 2715${ascii('sec-webtransport-http3-draft')}07${ascii('draft02')}`)
/** WEBTRANSPORT_STREAM and the session's id: what each stream of the first session begins with. */
const STREAM = bytes('4041 00')

/** Deno resets a stream that nobody holds any more, and without these two there is no connection. */
const held = new Set<unknown>()

/**
 * Takes the session that a browser asks for over a connection, anyone who it is, and speaks as much HTTP/3 as that needs: with
 * Deno's own, streams never send their end, and the end of a session is not noticed.
 */
export async function acceptSession(connection: QuicConnection): Promise<StreamSession & ClosableSession> {
  const control = (await connection.createUnidirectionalStream()).getWriter()
  await control.write(CONTROL)
  void discardAll(connection.incomingUnidirectionalStreams)
  const streams = connection.incomingBidirectionalStreams.getReader()
  const { value: asked } = await streams.read()
  streams.releaseLock()
  if (asked === undefined) throw new Error('the connection ended before a session was asked for')
  const requests = asked.readable.getReader()
  await requests.read()
  const answers = asked.writable.getWriter()
  await answers.write(ACCEPTED)
  held.add(control).add(answers)
  const closed = Promise.race([untilEnd(requests), connection.closed]).finally(() => {
    held.delete(control)
    held.delete(answers)
    connection.close()
  })
  closed.catch(() => {})
  return {
    closed,
    close: () => connection.close(),
    incomingBidirectionalStreams: connection.incomingBidirectionalStreams.pipeThrough(
      new TransformStream<QuicStream, BidirectionalStream>({
        transform: ({ readable, writable }, out) => out.enqueue({ writable, readable: withoutHeader(readable) }),
      }),
    ),
    async createBidirectionalStream() {
      const stream = await connection.createBidirectionalStream()
      const writer = stream.writable.getWriter()
      await writer.write(STREAM)
      writer.releaseLock()
      return stream
    },
  }
}

function withoutHeader(readable: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = readable.getReader()
  let left = STREAM.length
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { value, done } = await reader.read()
          if (done) return controller.close()
          const rest = value.subarray(left)
          left = Math.max(0, left - value.length)
          if (rest.length > 0) return controller.enqueue(rest)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

async function untilEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** The other side's settings and tables, which nothing here depends on. */
async function discardAll(streams: ReadableStream<ReadableStream<Uint8Array>>): Promise<void> {
  try {
    for await (const stream of streams) untilEnd(stream.getReader()).catch(() => {})
  } catch {
    // The connection is over.
  }
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function ascii(text: string): string {
  return Array.from(text, (char) => char.charCodeAt(0).toString(16)).join('')
}
