import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { noopLogger } from '../../src/network/node/noop-logger.ts'
import { SessionConnection } from '../../src/webtransport/session-connection.ts'
import { sessionMuxer } from '../../src/webtransport/session-muxer.ts'
import { type BidirectionalStream, SessionStream } from '../../src/webtransport/session-stream.ts'
import { settle } from '../kit/fake-clock.ts'
import { closed, count, KIB, sendBytes } from '../transports/scenario/streams.ts'
import { sessionPair, streamPair } from './fake-session.ts'

const log = noopLogger.forComponent('')

function streamOver(stream: BidirectionalStream): SessionStream {
  return new SessionStream(stream, { id: '1', direction: 'outbound', log })
}

describe('a stream of a WebTransport session', () => {
  it('reads nothing while it is paused, and goes on where it was', async () => {
    let pulled = 0
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++pulled > 50) controller.close()
          else controller.enqueue(new Uint8Array(KIB))
        },
      },
      { highWaterMark: 0 },
    )
    const stream = streamOver({ readable, writable: new WritableStream() })
    const counter = count(stream)
    await counter.until(10 * KIB)
    stream.pause()
    await settle()
    const stood = pulled
    await settle()
    expect(pulled).toBe(stood)
    expect(stood).toBeLessThan(50)
    stream.resume()
    await counter.ended
    expect(counter.bytes).toBe(50 * KIB)
  })

  it('can be paused and resumed in one turn, and loses nothing', async () => {
    const [ours, theirs] = streamPair()
    const [stream, other] = [streamOver(ours), streamOver(theirs)]
    const counter = count(stream)
    stream.pause()
    stream.resume()
    await sendBytes(other, 300 * KIB)
    await other.close()
    await counter.ended
    expect(counter.bytes).toBe(300 * KIB)
  })

  it('holds the sender back when the network takes no more, and lets it go on', async () => {
    const [ours, theirs] = streamPair()
    const stream = streamOver(ours)
    let sent = 0
    const sending = sendBytes(stream, 4 * 1024 * KIB, (bytes) => {
      sent += bytes
    })
    await settle()
    expect(sent).toBeLessThan(512 * KIB)
    const counter = count(streamOver(theirs))
    await sending
    await counter.until(4 * 1024 * KIB)
  })

  it('goes on reading, and keeps no sender waiting, when the other side reads no more', async () => {
    const [ours, theirs] = streamPair()
    const stream = streamOver(ours)
    const counter = count(stream)
    await theirs.readable.cancel()
    await sendBytes(stream, 1024 * KIB)
    const writer = theirs.writable.getWriter()
    await writer.write(new Uint8Array(KIB))
    await counter.until(KIB)
    await writer.close()
    await counter.ended
    await stream.close()
  })

  it('holds the sender back until somebody listens, and then tells all that came', async () => {
    const [ours, theirs] = streamPair()
    const [stream, other] = [streamOver(ours), streamOver(theirs)]
    let sent = 0
    const sending = sendBytes(other, 5 * 1024 * KIB, (bytes) => {
      sent += bytes
    })
    await settle()
    const stood = sent
    await settle()
    expect(sent).toBe(stood)
    expect(stood).toBeLessThan(1024 * KIB)
    const counter = count(stream)
    await sending
    await counter.until(5 * 1024 * KIB)
  })

  it('hears that the other side has ended, also when it reads no more itself', async () => {
    const [ours, theirs] = streamPair()
    const [stream, other] = [streamOver(ours), streamOver(theirs)]
    await stream.closeRead()
    await stream.close()
    await sendBytes(other, KIB)
    await settle()
    expect(stream.status).toBe('open')
    const over = closed(stream)
    await other.close()
    await over
    expect(stream.status).toBe('closed')
  })

  it('tells the other side to stop where that goes on though nobody reads any more', async () => {
    const [ours, theirs] = streamPair()
    const [stream, other] = [streamOver(ours), streamOver(theirs)]
    await stream.closeRead()
    await sendBytes(other, 1024 * KIB)
    expect(other.remoteReadStatus).toBe('closed')
    expect(stream.remoteWriteStatus).toBe('closed')
  })

  it('is reset when the other side resets it', async () => {
    const [ours, theirs] = streamPair()
    const stream = streamOver(ours)
    count(stream)
    const other = streamOver(theirs)
    other.abort(new Error('enough'))
    await closed(stream)
    expect(stream.status).toBe('reset')
  })
})

describe('a WebTransport session as a muxer', () => {
  const remoteAddr = multiaddr('/ip4/192.0.2.1/udp/1/quic-v1/webtransport')

  it('gives up a stream that is long in coming, and releases it when it comes', async () => {
    const { ends } = sessionPair()
    const coming = Promise.withResolvers<BidirectionalStream>()
    const session = { ...ends[0], createBidirectionalStream: () => coming.promise }
    const connection = new SessionConnection(session, { remoteAddr, direction: 'outbound', log })
    const muxer = sessionMuxer(session).createStreamMuxer(connection)
    const controller = new AbortController()
    const creating = muxer.createStream({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(creating).rejects.toThrow('enough')
    const [ours, theirs] = streamPair()
    coming.resolve(ours)
    await expect(theirs.readable.getReader().read()).rejects.toBeUndefined()
    expect(muxer.streams).toEqual([])
  })

  it('ends its streams with the session', async () => {
    const { ends } = sessionPair()
    const [session, other] = ends
    const connection = new SessionConnection(session, { remoteAddr, direction: 'outbound', log })
    const stream = await sessionMuxer(session).createStreamMuxer(connection).createStream()
    other.close()
    await Promise.all([closed(stream), closed(connection)])
  })
})
