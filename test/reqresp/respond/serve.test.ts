import { ByteListType } from '@chainsafe/ssz'
import type { Stream } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { defineProtocol, protocols, sszCodec } from '../../../src/reqresp/index.ts'
import { networkMessages } from '../../../src/ssz/index.ts'
import { createByteReader } from '../../../src/streams/bytes/byte-reader.ts'
import { encodeFrames, encodeRequest, encodeVarint, readChunkHead } from '../../../src/wire/index.ts'
import { createFakeClock, type FakeClock } from '../../kit/fake-clock.ts'
import { createReqRespPair, objectAtSlot, openStreams, type ReqRespPair } from '../../kit/reqresp-pair.ts'

const { lightClientUpdatesByRange, ping, metadata } = protocols

let pair: ReqRespPair
let clock: FakeClock
beforeEach(async () => {
  clock = createFakeClock()
  pair = await createReqRespPair({ clock })
})
afterEach(async () => {
  // What lingers for the other side's close is done with once that time has passed.
  await clock.advance(1_000)
  await pair.quiet()
  await pair.stop()
  expect(clock.pending).toBe(0)
})

/** Opens a stream as a requester of its own making would. */
async function open(protocolId: string): Promise<Stream> {
  const [connection] = pair.nodes.asker.getConnections()
  return connection!.newStream([protocolId])
}

/** What a responder says to bytes, after which the requester's half is closed. */
async function answerTo(protocolId: string, bytes: Uint8Array): Promise<unknown> {
  const stream = await open(protocolId)
  const reader = createByteReader(stream)
  if (bytes.length > 0) stream.send(bytes)
  await stream.close()
  return readChunkHead(reader)
}

const request = encodeRequest(new Uint8Array(8))

describe('serve() answers a malformed request with code 1, and reports the asker for', () => {
  it.each([
    ['nothing at all', new Uint8Array(0), 'low-tolerance'],
    ['a length alone', Uint8Array.of(8), 'low-tolerance'],
    ['half a request', request.slice(0, -3), 'low-tolerance'],
    ['a length below the least', encodeRequest(new Uint8Array(7)), 'low-tolerance'],
    ['a length beyond the most', encodeRequest(new Uint8Array(9)), 'low-tolerance'],
    ['a length of gigabytes', encodeVarint(2 ** 40), 'low-tolerance'],
    ['a length of 11 bytes', new Uint8Array(11).fill(0x80), 'fatal'],
    ['frames without their identifier', Uint8Array.from([8, ...encodeFrames(new Uint8Array(8)).slice(10)]), 'fatal'],
    ['a wrong checksum', request.with(15, request[15]! ^ 1), 'fatal'],
    ['junk', new Uint8Array(64).fill(0x44), 'low-tolerance'],
  ])('%s', async (_, bytes, penalty) => {
    let asked = 0
    pair.responder.serve(ping, () => {
      asked++
      return []
    })
    await expect(answerTo(ping.id, bytes)).resolves.toMatchObject({
      result: 'error',
      code: 1,
      message: expect.stringContaining('Cannot'),
    })
    expect(asked).toBe(0)
    expect(pair.inboundOffences).toEqual([[penalty, expect.stringContaining(pair.askerId)]])
  })

  it('a request that does not end within 10 s', async () => {
    pair.responder.serve(ping, () => [])
    const stream = await open(ping.id)
    const reader = createByteReader(stream)
    stream.send(request.slice(0, 4))
    // The responder waits under its time limit from the moment that it has the stream.
    while (clock.pending === 0) await new Promise(setImmediate)
    await clock.advance(10_000)
    await expect(readChunkHead(reader)).resolves.toMatchObject({
      code: 1,
      message: expect.stringContaining('10000 ms'),
    })
    expect(pair.inboundOffences).toMatchObject([['mid-tolerance', expect.any(String)]])
    await stream.close()
  })
})

it('serve() answers before the asker has closed its half, and discards what comes after the request', async () => {
  pair.responder.serve(ping, async function* (value) {
    yield value
  })
  const stream = await open(ping.id)
  const reader = createByteReader(stream)
  stream.send(Uint8Array.from([...request, 1, 2, 3]))
  await expect(readChunkHead(reader)).resolves.toEqual({ result: 'success' })
  stream.abort(new Error('enough'))
})

it('serve() answers a method without a request body at once, and discards what is sent', async () => {
  pair.responder.serve(metadata, () => {
    throw new LamparaError('resource_unavailable', 'none here')
  })
  await expect(answerTo(metadata.id, new Uint8Array(100_000))).resolves.toMatchObject({ code: 3, message: 'none here' })
})

describe('an error of the handler becomes a response code', () => {
  it.each([
    ['request_invalid', 1, 'why'],
    ['server_error', 2, 'why'],
    ['resource_unavailable', 3, 'why'],
    ['storage_unavailable', 2, 'internal error'],
  ] as const)('`%s` becomes %i', async (code, responseCode, reason) => {
    pair.responder.serve(ping, () => {
      throw new LamparaError(code, 'why')
    })
    const exchange = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(exchange.single()).rejects.toMatchObject({ details: { responseCode, reason } })
  })

  it('what was never meant for the asker is not told to it', async () => {
    pair.responder.serve(ping, () => {
      throw new TypeError('secret path /etc/passwd')
    })
    const exchange = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(exchange.single()).rejects.toMatchObject({
      code: 'server_error',
      details: { reason: 'internal error' },
    })
  })

  it('a long message is cut to 256 bytes', async () => {
    pair.responder.serve(ping, () => {
      throw new LamparaError('server_error', 'é'.repeat(1000))
    })
    const exchange = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(exchange.single()).rejects.toMatchObject({ details: { reason: 'é'.repeat(128) } })
  })

  it('after chunks have gone out, these arrive before it', async () => {
    const update = objectAtSlot('update', 480)
    pair.responder.serve(lightClientUpdatesByRange, async function* () {
      yield update
      throw new LamparaError('resource_unavailable', 'pruned')
    })
    const exchange = pair.asker.request(lightClientUpdatesByRange, { startPeriod: 0, count: 9 }, { peer: pair.peer })
    const iterator = exchange[Symbol.asyncIterator]()
    await expect(iterator.next()).resolves.toEqual({ done: false, value: update })
    await expect(iterator.next()).rejects.toMatchObject({ code: 'resource_unavailable', details: { chunks: 1 } })
  })

  it('a chunk that cannot be encoded is an internal error', async () => {
    pair.responder.serve(ping, async function* () {
      yield -1n
    })
    const exchange = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(exchange.single()).rejects.toMatchObject({ code: 'server_error' })
  })
})

describe('the handler', () => {
  it('is left as soon as the asker has all that it may get', async () => {
    let left = false
    pair.responder.serve(ping, async function* (value) {
      try {
        for (;;) yield value
      } finally {
        left = true
      }
    })
    await expect(pair.asker.request(ping, 4n, { peer: pair.peer }).all()).resolves.toEqual([4n])
    expect(left).toBe(true)
  })

  it('may be a plain iterable', async () => {
    pair.responder.serve(ping, (value) => [value])
    await expect(pair.asker.request(ping, 4n, { peer: pair.peer }).single()).resolves.toBe(4n)
  })

  it('sees its signal abort when the asker goes away, and need not heed it', async () => {
    const seen = Promise.withResolvers<AbortSignal>()
    const never = new Promise<never>(() => {})
    // biome-ignore lint/correctness/useYield: it is parked for ever
    pair.responder.serve(ping, async function* (_, { signal }) {
      seen.resolve(signal)
      await never
    })
    const controller = new AbortController()
    const exchange = pair.asker.request(ping, 4n, { peer: pair.peer, signal: controller.signal })
    const signal = await seen.promise
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    controller.abort(new Error('gone'))
    await aborted
    expect(signal.reason).toMatchObject({ code: 'peer_disconnected' })
    await expect(exchange.completed).rejects.toThrow('gone')
  })

  it('is given up after 60 s, with code 2', async () => {
    const called = Promise.withResolvers<void>()
    const parked = {
      next() {
        called.resolve()
        return new Promise<never>(() => {})
      },
      [Symbol.asyncIterator]: () => parked,
    }
    pair.responder.serve(ping, () => parked)
    const stream = await open(ping.id)
    const reader = createByteReader(stream)
    stream.send(request)
    await stream.close()
    await called.promise
    await clock.advance(60_000)
    await expect(readChunkHead(reader)).resolves.toMatchObject({ code: 2 })
  })

  it('is not asked for more while the asker does not take what there is', async () => {
    const big = defineProtocol({ name: 'big', response: sszCodec(new ByteListType(1 << 20)), maxChunks: 64 })
    const chunk = new Uint8Array(1 << 20).map((_, i) => (i * 2654435761) >> 7)
    let yielded = 0
    const left = Promise.withResolvers<void>()
    pair.responder.serve(big, async function* () {
      try {
        for (; yielded < 64; yielded++) yield chunk
      } finally {
        left.resolve()
      }
    })
    const stream = await open(big.id)
    stream.pause()
    await stream.close()
    // Waiting for the asker to take a chunk runs under a time limit, beside that of the whole answer.
    while (clock.pending < 2) await new Promise(setImmediate)
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    expect(yielded).toBeLessThanOrEqual(2)
    const reset = new Promise((resolve) => stream.addEventListener('close', resolve))
    await clock.advance(10_000)
    await left.promise
    await reset
    expect(stream.status).toBe('reset')
  })
})

describe('limits', () => {
  it('answer at most two requests of a peer and method at once, the others in turn', async () => {
    const gates: PromiseWithResolvers<void>[] = Array.from({ length: 4 }, () => Promise.withResolvers())
    const started: bigint[] = []
    const counted = defineProtocol<bigint, bigint>({
      name: 'counted',
      request: sszCodec(networkMessages.ping),
      response: sszCodec(networkMessages.ping),
    })
    pair.responder.serve(counted, async function* (value) {
      started.push(value)
      await gates[Number(value)]!.promise
      yield value
    })
    const answers: Promise<unknown>[] = []
    for (let value = 0; value < 4; value++) {
      const body = new Uint8Array(8)
      body[0] = value
      answers.push(answerTo(counted.id, encodeRequest(body)))
      // In order: streams that open at once may arrive in any.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(started).toEqual([0n, 1n])
    gates[1]!.resolve()
    await answers[1]
    gates[0]!.resolve()
    await answers[0]
    gates[2]!.resolve()
    gates[3]!.resolve()
    await Promise.all(answers)
    expect(started).toEqual([0n, 1n, 2n, 3n])
  })

  it('delay what exceeds the quota of a method, rather than refuse it', async () => {
    pair.responder.serve(ping, async function* (value) {
      yield value
    })
    const ask = () => pair.asker.request(ping, 1n, { peer: pair.peer, firstByteTimeoutMs: 60_000 }).single()
    await ask()
    await ask()
    let answered = false
    const third = ask().then((value) => {
      answered = true
      return value
    })
    await clock.advance(4_900)
    // Sent and waiting over there: it must hold still until its 5 s are over.
    while (openStreams(pair.nodes.responder) === 0) await new Promise(setImmediate)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(answered).toBe(false)
    await clock.advance(5_000)
    await expect(third).resolves.toBe(1n)
    expect(pair.inboundOffences).toEqual([])
  })

  it('delay what exceeds the quota of all peers together, though each keeps to its own', async () => {
    const scarce = defineProtocol({
      name: 'scarce',
      request: sszCodec(networkMessages.ping),
      response: sszCodec(networkMessages.ping),
      inboundRateLimit: { tokens: 5, totalTokens: 1, windowMs: 5_000 },
    })
    pair.responder.serve(scarce, async function* (value) {
      yield value
    })
    const ask = () => pair.asker.request(scarce, 1n, { peer: pair.peer, firstByteTimeoutMs: 60_000 }).single()
    await ask()
    let answered = false
    const second = ask().then(() => {
      answered = true
    })
    while (openStreams(pair.nodes.responder) === 0) await new Promise(setImmediate)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    await clock.advance(4_900)
    expect(answered).toBe(false)
    await clock.advance(5_000)
    await second
    expect(pair.inboundOffences).toEqual([])
  })

  it('hold back an asker that sends far more than a request', async () => {
    const answered = Promise.withResolvers<void>()
    pair.responder.serve(ping, async function* (value) {
      await answered.promise
      yield value
    })
    const stream = await open(ping.id)
    const reader = createByteReader(stream)
    stream.send(request)
    stream.send(new Uint8Array(1 << 23))
    // The muxer's window is all that gets through; the rest stays with anyone who sent it.
    let unsent = -1
    while (unsent !== stream.writeBufferLength) {
      unsent = stream.writeBufferLength
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    }
    expect(unsent).toBeGreaterThan(1 << 22)
    answered.resolve()
    await expect(readChunkHead(reader)).resolves.toEqual({ result: 'success' })
    stream.abort(new Error('enough'))
  })

  it('let libp2p reset streams beyond eight of a method, and recover', async () => {
    pair.responder.serve(ping, async function* (_, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    // libp2p gives a connection up on which more than ten streams come before it listens to any.
    const first = await open(ping.id)
    const opened = await Promise.allSettled(Array.from({ length: 11 }, () => open(ping.id)))
    // A reset may come while a stream opens, or right after.
    const streams = [first, ...opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))]
    const stillOpen = (): number => streams.filter(({ status }) => status === 'open').length
    while (stillOpen() > 8) await new Promise(setImmediate)
    expect(stillOpen()).toBeLessThanOrEqual(8)
    for (const stream of streams) stream.abort(new Error('enough'))
    await pair.quiet()
    await expect(answerTo(ping.id, request.slice(0, 3))).resolves.toMatchObject({ code: 1 })
  })
})

describe('a method', () => {
  it('cannot be served twice at once, but again after it was withdrawn', async () => {
    const withdraw = pair.responder.serve(ping, () => [1n])
    expect(() => pair.responder.serve(ping, () => [2n])).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    withdraw()
    withdraw()
    const gone = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(gone.single()).rejects.toMatchObject({ code: 'protocol_unsupported' })
    pair.responder.serve(ping, () => [3n])
    await expect(pair.asker.request(ping, 1n, { peer: pair.peer }).single()).resolves.toBe(3n)
  })

  it('that is withdrawn releases the requests that it was answering', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const withdraw = pair.responder.serve(ping, async function* (_, { signal }) {
      asked.resolve(signal)
      await new Promise(() => {})
    })
    const exchange = pair.asker.request(ping, 1n, { peer: pair.peer })
    const signal = await asked.promise
    withdraw()
    expect(signal.reason).toMatchObject({ code: 'stopped' })
    await expect(exchange.single()).rejects.toMatchObject({ code: 'peer_disconnected' })
  })

  it('cannot be served after stop()', async () => {
    await Promise.all([pair.responder.stop(), pair.responder.stop()])
    expect(() => pair.responder.serve(ping, () => [])).toThrow(expect.objectContaining({ code: 'stopped' }))
    expect(pair.nodes.responder.getProtocols()).not.toContain(ping.id)
  })

  it.each([
    ['a name with a slash', { name: 'a/b' }],
    ['no name', { name: '' }],
    ['version 0', { name: 'a', version: 0 }],
    ['an id that is not a path', { name: 'a', id: 'eth2' }],
  ])('is refused with %s', (_, bad) => {
    const response = sszCodec(networkMessages.ping)
    expect(() => defineProtocol({ ...bad, response })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
