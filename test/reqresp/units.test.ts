import type { Libp2p, Stream } from '@libp2p/interface'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineProtocol, type Protocol, sszCodec } from '../../src/reqresp/index.ts'
import { createRateLimiter } from '../../src/reqresp/limits/rate-limit.ts'
import { createRequestQueue } from '../../src/reqresp/limits/request-queue.ts'
import { openStream } from '../../src/reqresp/request/open-stream.ts'
import { createSingleSlotChannel } from '../../src/reqresp/request/single-slot-channel.ts'
import { reset, sendAll } from '../../src/reqresp/stream-io.ts'
import { networkMessages, type Status } from '../../src/ssz/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const never = new AbortController().signal

describe('a limiter', () => {
  it('grants turns in the order of asking, each key by itself', async () => {
    const limiter = createRequestQueue({ clock: createFakeClock(), maxActive: 1, maxWaiting: 8 })
    const order: string[] = []
    const first = await limiter.acquire('a', never)
    const others = ['one', 'two'].map(async (name) => {
      const release = await limiter.acquire('a', never)
      order.push(name)
      release()
    })
    const elsewhere = await limiter.acquire('b', never)
    expect(limiter.pending).toBe(4)
    first()
    await Promise.all(others)
    elsewhere()
    expect(order).toEqual(['one', 'two'])
    expect(limiter.pending).toBe(0)
  })

  it('is not confused by a turn that is given back twice', async () => {
    const limiter = createRequestQueue({ clock: createFakeClock(), maxActive: 1, maxWaiting: 8 })
    const release = await limiter.acquire('a', never)
    release()
    release()
    await limiter.acquire('a', never)
    let second = false
    void limiter.acquire('a', never).then(() => {
      second = true
    })
    await new Promise(setImmediate)
    expect(second).toBe(false)
  })

  it('skips a waiter that has aborted', async () => {
    const limiter = createRequestQueue({ clock: createFakeClock(), maxActive: 1, maxWaiting: 8 })
    const release = await limiter.acquire('a', never)
    const controller = new AbortController()
    const aborted = limiter.acquire('a', controller.signal)
    const patient = limiter.acquire('a', never)
    controller.abort('gone')
    await expect(aborted).rejects.toBe('gone')
    release()
    ;(await patient)()
    expect(limiter.pending).toBe(0)
  })

  it('refuses the waiter beyond its bound', async () => {
    const limiter = createRequestQueue({ clock: createFakeClock(), maxActive: 1, maxWaiting: 1 })
    const release = await limiter.acquire('a', never)
    const waiting = limiter.acquire('a', never)
    await expect(limiter.acquire('a', never)).rejects.toMatchObject({ code: 'queue_overflow' })
    release()
    ;(await waiting)()
  })
})

describe('a quota', () => {
  const quota = { tokens: 5, windowMs: 15_000 }

  it('lets a burst of its tokens pass, then one every windowMs/tokens', () => {
    const clock = createFakeClock(1_000_000)
    const quotas = createRateLimiter(clock)
    const delays = Array.from({ length: 7 }, () => quotas.delayMs('a', quota, 1))
    expect(delays).toEqual([0, 0, 0, 0, 0, 3_000, 6_000])
    expect(quotas.delayMs('b', quota, 1)).toBe(0)
  })

  it('is full again after its window', async () => {
    const clock = createFakeClock()
    const quotas = createRateLimiter(clock)
    expect(quotas.delayMs('a', quota, 5)).toBe(0)
    expect(quotas.delayMs('a', quota, 1)).toBe(3_000)
    await clock.advance(18_000)
    expect(quotas.delayMs('a', quota, 5)).toBe(0)
  })

  it('charges a request no more than the whole bucket, so that it can be paid for', () => {
    const quotas = createRateLimiter(createFakeClock())
    expect(quotas.delayMs('a', quota, 1_000_000)).toBe(0)
    expect(quotas.delayMs('a', quota, 1)).toBe(3_000)
  })

  it('puts nobody off for hours when the clock is set back', () => {
    const clock = createFakeClock(1e12)
    const quotas = createRateLimiter(clock)
    quotas.delayMs('a', quota, 5)
    clock.set(1e12 - 86_400_000)
    expect(quotas.delayMs('a', quota, 1)).toBeLessThanOrEqual(2 * quota.windowMs)
  })
})

describe('a handoff', () => {
  it('keeps its producer waiting while a value lies ready', async () => {
    const handoff = createSingleSlotChannel<number>()
    await handoff.put(1, never)
    let second = false
    const put = handoff.put(2, never).then(() => {
      second = true
    })
    await new Promise(setImmediate)
    expect(second).toBe(false)
    await expect(handoff.next()).resolves.toEqual({ done: false, value: 1 })
    await put
    await expect(handoff.next()).resolves.toEqual({ done: false, value: 2 })
  })

  it('still delivers what lies ready after its end, but not after its failure', async () => {
    const ended = createSingleSlotChannel<number>()
    await ended.put(1, never)
    ended.end()
    await expect(ended.next()).resolves.toEqual({ done: false, value: 1 })
    await expect(ended.next()).resolves.toEqual({ done: true, value: undefined })
    const failed = createSingleSlotChannel<number>()
    await failed.put(1, never)
    failed.fail('broken')
    await expect(failed.next()).rejects.toBe('broken')
    await expect(failed.next()).resolves.toEqual({ done: true, value: undefined })
  })

  it('tells its failure to one parked taker and the end to the others', async () => {
    const handoff = createSingleSlotChannel<number>()
    const takers = [handoff.next(), handoff.next()]
    handoff.fail('broken')
    await expect(Promise.allSettled(takers)).resolves.toMatchObject([
      { reason: 'broken' },
      { value: { done: true, value: undefined } },
    ])
  })
})

describe('sendAll()', () => {
  /** A stream whose muxer has taken the bytes but is full: nothing is buffered, and only `drain` will tell. */
  class FullStream extends EventTarget {
    writeStatus = 'writable'
    writeBufferLength = 0
    writableNeedsDrain = false
    send(): boolean {
      this.writableNeedsDrain = true
      return false
    }
    drain(): void {
      this.writableNeedsDrain = false
      this.dispatchEvent(new Event('drain'))
    }
  }

  it('waits for each drain again', async () => {
    const full = new FullStream()
    for (let round = 0; round < 3; round++) {
      let sent = false
      const sending = sendAll(full as unknown as Stream, new Uint8Array(1), never).then(() => {
        sent = true
      })
      await new Promise(setImmediate)
      expect(sent).toBe(false)
      full.drain()
      await sending
    }
  })

  it('rejects with `peer_disconnected` when the stream closes instead', async () => {
    const full = new FullStream()
    const sending = sendAll(full as unknown as Stream, new Uint8Array(1), never)
    full.dispatchEvent(new Event('close'))
    await expect(sending).rejects.toMatchObject({ code: 'peer_disconnected' })
    full.writeStatus = 'closed'
    await expect(sendAll(full as unknown as Stream, new Uint8Array(1), never)).rejects.toMatchObject({
      code: 'peer_disconnected',
    })
  })

  it("rejects with the signal's reason", async () => {
    const controller = new AbortController()
    const sending = sendAll(new FullStream() as unknown as Stream, new Uint8Array(1), controller.signal)
    controller.abort('enough')
    await expect(sending).rejects.toBe('enough')
  })
})

describe('a stream that fails with an event', () => {
  const closed = new Event('close')

  it('fails to open with words', async () => {
    const newStream = (): Promise<Stream> => Promise.reject(closed)
    const peer = '16Uiu2HAm9QpUitRZepmQKEcgWv7CVxp2HxYLd4Vv3wqo9ZuDH4FZ'
    const connection = { status: 'open', remotePeer: peer, newStream }
    const libp2p = { getConnections: () => [connection] } as unknown as Libp2p
    await expect(openStream(libp2p, peer, ['/x/1'], never)).rejects.toMatchObject({
      code: 'dial_failed',
      message: 'it closed before its time [dial_failed]',
      cause: closed,
    })
  })

  it('is reset with words', () => {
    const reasons: Error[] = []
    reset({ abort: (reason: Error) => reasons.push(reason) } as unknown as Stream, closed)
    expect(reasons).toMatchObject([{ message: 'it closed before its time', cause: closed }])
  })
})

describe('defineProtocol()', () => {
  it('infers request and response from the codecs', () => {
    const { ping, status } = networkMessages
    const asked = defineProtocol({ name: 'asked', request: sszCodec(ping), response: sszCodec<Status>(status) })
    expectTypeOf(asked).toEqualTypeOf<Protocol<bigint, Status>>()
    const bodiless = defineProtocol({ name: 'bodiless', response: sszCodec(ping) })
    expectTypeOf(bodiless).toEqualTypeOf<Protocol<undefined, bigint>>()
    expect([asked.id, bodiless.request]).toEqual(['/eth2/beacon_chain/req/asked/1/ssz_snappy', undefined])
  })

  it('takes an id of its own', () => {
    const own = defineProtocol({ name: 'own', id: '/lampara/own/1', response: sszCodec(networkMessages.ping) })
    expect(own.id).toBe('/lampara/own/1')
  })
})
