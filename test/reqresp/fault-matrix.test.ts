import type { Stream } from '@libp2p/interface'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { protocols } from '../../src/reqresp/index.ts'
import type { ResponseStream } from '../../src/reqresp/types.ts'
import { createByteReader } from '../../src/streams/bytes/byte-reader.ts'
import { encodeRequest, readChunkHead } from '../../src/wire/index.ts'
import {
  asks,
  breakingRequesters,
  breakingResponders,
  corruptions,
  oddRequesters,
  oddResponders,
  type Responder,
  sends,
  stuckRequesters,
  stuckResponders,
  wrongRequests,
} from '../kit/fault-peers.ts'
import { allLetGo, failOnUnhandledRejections, listenersOn, until } from '../kit/leaks.ts'
import { chunkBytes, createReqRespPair, objectAtSlot, type ReqRespPair } from '../kit/reqresp-pair.ts'
import { createWatchedClock, type WatchedClock } from '../kit/watched-clock.ts'

const { lightClientUpdatesByRange: method, ping } = protocols
const updates = [480, 488, 560].map((slot) => objectAtSlot('update', slot))
const chunks = updates.map((update) => chunkBytes(method, update))
const range = { startPeriod: 1, count: 3 }
/** Each phase has a length of its own, so that its timer can be told from the others. */
const timeouts = {
  openStreamTimeoutMs: 6_000,
  requestTimeoutMs: 7_000,
  firstByteTimeoutMs: 8_000,
  chunkTimeoutMs: 9_000,
  totalTimeoutMs: 90_000,
}

failOnUnhandledRejections()

describe.each(['yamux', 'mplex'] as const)('over %s', (muxer) => {
  let pair: ReqRespPair
  let clock: WatchedClock
  beforeAll(async () => {
    clock = createWatchedClock()
    pair = await createReqRespPair({ muxer, clock })
  })
  afterAll(() => pair.stop())

  describe('a requester', () => {
    const caller = new AbortController()
    const ask = () => pair.asker.request(method, range, { peer: pair.peer, signal: caller.signal, ...timeouts })

    afterEach(async () => {
      await allLetGo(pair, clock)
      expect(listenersOn(caller.signal)).toBe(0)
      await expectTurnsFree()
      pair.penalties.length = 0
    })

    /** Both turns of the method are free again: two requests that wait for each other are answered. */
    async function expectTurnsFree(): Promise<void> {
      const met: Stream[] = []
      await pair.misbehave(method.id, (stream) => {
        met.push(stream)
        if (met.length < 2) return
        for (const waiting of met) Promise.resolve(oddResponders.coalescing(waiting, chunks)).catch(() => {})
      })
      let answered = 0
      for (const exchange of [ask(), ask()]) {
        exchange.all().then(
          () => answered++,
          () => {},
        )
      }
      await until(
        () => answered === 2,
        () => `${met.length} of two requests were sent`,
      )
      await allLetGo(pair, clock)
    }

    /** Lets a phase's time pass once so many chunks have come and the phase has begun. */
    async function letTimePass(got: readonly unknown[], received: number, phaseMs: number): Promise<void> {
      await until(
        () => got.length === received && clock.delays.includes(phaseMs),
        () => `${got.length} chunks have come, and the timers are of ${clock.delays.join(', ')} ms`,
      )
      await clock.advance(phaseMs)
    }

    /** Gathers the chunks of an exchange that must fail. */
    async function failureOf(exchange: ResponseStream<unknown>, got: unknown[]): Promise<unknown> {
      try {
        for await (const chunk of exchange) got.push(chunk)
      } catch (error) {
        await expect(exchange.completed).rejects.toBe(error)
        return error
      }
      return undefined
    }

    const complete: readonly (readonly [name: string, behaviour: Responder, chunks: number])[] = [
      ...Object.entries(oddResponders).map(([name, behaviour]) => [name, behaviour, 3] as const),
      ['endless', stuckResponders.endless, 3],
      ['closing at once', breakingResponders['closing at once'], 0],
      ['closing after a chunk', breakingResponders['closing after a chunk'], 1],
    ]
    it.each(complete)('takes what a %s peer sends, and does not blame it', async (_, behaviour, count) => {
      await pair.misbehave(method.id, behaviour, chunks)
      const exchange = ask()
      await expect(exchange.all()).resolves.toHaveLength(count)
      await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: count })
      expect(pair.penalties).toEqual([])
    })

    it.each([
      ['silent', 'first_byte_timeout', 0, timeouts.firstByteTimeoutMs, ['high-tolerance']],
      ['stalling', 'chunk_timeout', 0, timeouts.chunkTimeoutMs, ['mid-tolerance']],
      ['withholding', 'chunk_timeout', 0, timeouts.chunkTimeoutMs, ['mid-tolerance']],
      // It gave a valid chunk: it may be limiting its rate.
      ['stopping', 'chunk_timeout', 1, timeouts.chunkTimeoutMs, []],
    ] as const)('gives up on a %s peer with `%s`, and blames it as far as it is to blame', async (...stuck) => {
      const [name, code, received, phaseMs, penalties] = stuck
      await pair.misbehave(method.id, stuckResponders[name], chunks)
      const got: unknown[] = []
      const failing = failureOf(ask(), got)
      await letTimePass(got, received, phaseMs)
      expect(await failing).toMatchObject({ code, details: { chunks: received } })
      expect(pair.penalties).toEqual(penalties.map((penalty) => [penalty, expect.stringContaining(pair.peer)]))
    })

    it('gives up with `chunk_timeout` on a peer that sends each byte in time, but not the chunk', async () => {
      const opened = Promise.withResolvers<Stream>()
      await pair.misbehave(method.id, (stream) => opened.resolve(stream))
      const got: unknown[] = []
      const failing = failureOf(ask(), got)
      const stream = await opened.promise
      stream.send(chunks[0]!.slice(0, 1))
      await until(
        () => clock.delays.includes(timeouts.chunkTimeoutMs),
        () => 'no chunk began',
      )
      for (let at = 1; at <= 9; at++) {
        stream.send(chunks[0]!.slice(at, at + 1))
        await clock.advance(timeouts.chunkTimeoutMs / 9)
      }
      expect(await failing).toMatchObject({ code: 'chunk_timeout' })
      expect(pair.penalties).toMatchObject([['mid-tolerance', expect.any(String)]])
    })

    it('gives up with `total_timeout` on itself where its own caller does not read, and blames nobody', async () => {
      let answered = false
      await pair.misbehave(method.id, (stream) => {
        oddResponders.lingering(stream, chunks)
        answered = true
      })
      const exchange = ask()
      // Once it was answered, time runs for the whole exchange alone: a chunk lies ready, and the next one waits.
      await until(
        () => answered && clock.delays.length === 1 && clock.delays[0] === timeouts.totalTimeoutMs,
        () => `the timers are of ${clock.delays.join(', ')} ms`,
      )
      await clock.advance(timeouts.totalTimeoutMs)
      await expect(exchange.all()).rejects.toMatchObject({ code: 'total_timeout' })
      expect(pair.penalties).toEqual([])
    })

    it.each([
      ['resetting', stuckResponders.resetting, 0],
      ['resetting at once', breakingResponders['resetting at once'], 0],
      ['resetting after a chunk', breakingResponders['resetting after a chunk'], 1],
    ] as const)('fails with `peer_disconnected` at a peer %s, without penalty', async (_, behaviour, received) => {
      await pair.misbehave(method.id, behaviour, chunks)
      const got: unknown[] = []
      expect(await failureOf(ask(), got)).toMatchObject({ code: 'peer_disconnected', details: { chunks: received } })
      expect(got).toHaveLength(received)
      expect(pair.penalties).toEqual([])
    })

    const penalties: Readonly<Record<string, string>> = {
      unexpected_end: 'low-tolerance',
      context_unknown: 'low-tolerance',
    }
    it.each(Object.entries(corruptions))('refuses %s', async (_, { code, corrupt }) => {
      await pair.misbehave(method.id, sends(corrupt), chunks)
      expect(await failureOf(ask(), [])).toMatchObject({ code, details: { chunks: 0 } })
      expect(pair.penalties).toEqual([[penalties[code] ?? 'fatal', expect.stringContaining(pair.peer)]])
    })
  })

  describe('a responder', () => {
    const request = encodeRequest(new Uint8Array(8))
    let asked = 0
    let withdraw: () => void
    beforeAll(() => {
      withdraw = pair.responder.serve(ping, async function* (value) {
        asked++
        yield value
      })
    })
    afterAll(() => withdraw())
    afterEach(async () => {
      await allLetGo(pair, clock)
      // Pays the quota off.
      await clock.advance(20_000)
      asked = 0
      pair.inboundOffences.length = 0
      await expect(pair.asker.request(ping, 4n, { peer: pair.peer }).single()).resolves.toBe(4n)
      await allLetGo(pair, clock)
      await clock.advance(20_000)
      expect([asked, pair.inboundOffences, pair.penalties]).toEqual([1, [], []])
      asked = 0
    })

    async function open(): Promise<Stream> {
      const [connection] = pair.nodes.asker.getConnections()
      return connection!.newStream([ping.id])
    }

    it.each(Object.entries(oddRequesters))('answers a %s peer, and does not blame it', async (_, behaviour) => {
      const stream = await open()
      const reader = createByteReader(stream)
      Promise.resolve(behaviour(stream, request)).catch(() => {})
      await expect(readChunkHead(reader)).resolves.toEqual({ result: 'success' })
      await allLetGo(pair, clock)
      expect([asked, pair.inboundOffences]).toEqual([1, []])
    })

    it.each(Object.entries(stuckRequesters))(
      'refuses a %s peer with code 1 after 10 s, mid-tolerance',
      async (_, behaviour) => {
        const stream = await open()
        const reader = createByteReader(stream)
        behaviour(stream, request)
        await until(
          () => clock.delays.includes(10_000),
          () => 'nobody waits for the request',
        )
        await clock.advance(10_000)
        await expect(readChunkHead(reader)).resolves.toMatchObject({
          code: 1,
          message: expect.stringContaining('10000'),
        })
        expect([asked, pair.inboundOffences]).toEqual([0, [['mid-tolerance', expect.stringContaining(pair.askerId)]]])
      },
    )

    it('refuses with code 1 a peer that sends each byte in time, but not the request', async () => {
      const stream = await open()
      const reader = createByteReader(stream)
      await until(
        () => clock.delays.includes(10_000),
        () => 'nobody waits for the request',
      )
      for (let at = 0; at < 10; at++) {
        stream.send(request.slice(at, at + 1))
        await clock.advance(1_000)
      }
      await expect(readChunkHead(reader)).resolves.toMatchObject({ code: 1 })
      expect([asked, pair.inboundOffences]).toMatchObject([0, [['mid-tolerance', expect.any(String)]]])
    })

    it.each(Object.entries(breakingRequesters))('forgets a peer %s, without penalty', async (_, behaviour) => {
      const stream = await open()
      await behaviour(stream, request)
      await allLetGo(pair, clock)
      expect([asked, pair.inboundOffences]).toEqual([0, []])
    })

    const fatal = new Set(['snappy_invalid', 'snappy_checksum_mismatch', 'varint_invalid'])
    it.each(Object.entries(wrongRequests))('answers %s with code 1', async (_, { code, corrupt }) => {
      const stream = await open()
      const reader = createByteReader(stream)
      await asks(stream, corrupt(request))
      await expect(readChunkHead(reader)).resolves.toMatchObject({
        code: 1,
        message: expect.stringContaining('Cannot'),
      })
      const penalty = fatal.has(code) ? 'fatal' : 'low-tolerance'
      expect([asked, pair.inboundOffences]).toEqual([0, [[penalty, expect.stringContaining(pair.askerId)]]])
    })

    it('leaves the handler, and blames nobody, when the asker resets before it has its answer', async () => {
      const called = Promise.withResolvers<AbortSignal>()
      const left = Promise.withResolvers<void>()
      withdraw()
      withdraw = pair.responder.serve(ping, async function* (value, { signal }) {
        try {
          called.resolve(signal)
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          yield value
        } finally {
          left.resolve()
        }
      })
      const stream = await open()
      await asks(stream, request)
      const signal = await called.promise
      stream.abort(new Error('reset by test'))
      await left.promise
      expect(signal.reason).toMatchObject({ code: 'peer_disconnected' })
      expect(pair.inboundOffences).toEqual([])
      withdraw()
      withdraw = pair.responder.serve(ping, async function* (value) {
        asked++
        yield value
      })
    })
  })
})
