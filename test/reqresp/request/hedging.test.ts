import type { Stream } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineProtocol, sszCodec } from '../../../src/reqresp/index.ts'
import { networkMessages } from '../../../src/ssz/index.ts'
import { encodeChunk, encodeErrorChunk } from '../../../src/wire/index.ts'
import { failOnUnhandledRejections, until } from '../../kit/leaks.ts'
import { type Crowd, createCrowd } from '../../kit/reqresp-crowd.ts'
import { createWatchedClock, type WatchedClock } from '../../kit/watched-clock.ts'

const uint64 = sszCodec(networkMessages.ping)
/** Numbers from one on, so many of them. */
const numbers = defineProtocol({
  name: 'numbers',
  request: sszCodec(networkMessages.lightClientUpdatesByRangeRequest),
  response: uint64,
  maxChunks: ({ count }) => count,
  resume: ({ startPeriod, count }, received) => ({
    startPeriod: startPeriod + received.count,
    count: count - received.count,
  }),
})
const { resume: _, ...unresumable } = numbers
const one = { startPeriod: 1, count: 1 }
const four = { startPeriod: 1, count: 4 }

failOnUnhandledRejections()

let clock: WatchedClock
let crowd: Crowd
beforeEach(async () => {
  clock = createWatchedClock()
  crowd = await createCrowd(4, numbers.id, clock)
})
afterEach(async () => {
  await until(
    () => {
      if (clock.delays.length > 0 && clock.delays.every((ms) => ms === 1_000)) void clock.advance(1_000)
      return crowd.open() + clock.pending === 0
    },
    () => `${crowd.open()} streams and timers of ${clock.delays.join(', ')} ms are left`,
  )
  await crowd.stop()
})

function say(stream: Stream, ...values: readonly bigint[]): void {
  for (const value of values) stream.send(encodeChunk(uint64.encode(value)))
}

const member = (index: number) => crowd.members[index]!
const offencesOf = (index: number) => crowd.penalties.filter(([peer]) => peer === member(index).id)
const askedCount = (): number => crowd.members.filter(({ streams }) => streams.length > 0).length

describe('a request that names no peer', () => {
  it('is put to the next best as well when no first byte comes in time, and takes the answer that comes first', async () => {
    const exchange = crowd.asker.request(numbers, one)
    const answer = exchange.single()
    const slow = await member(0).asked
    await clock.advance(1_999)
    expect(askedCount()).toBe(1)
    await clock.advance(1)
    say(await member(1).asked, 7n)
    await expect(answer).resolves.toBe(7n)
    await expect(exchange.completed).resolves.toMatchObject({ peer: member(1).id, peers: [member(1).id] })
    expect(exchange.from).toBe(member(1).id)
    expect(exchange.attemptedPeers).toEqual([member(1).id])
    // Who lost is reset, and was at no fault.
    await until(
      () => slow.status !== 'open',
      () => `the slow one's stream is ${slow.status}`,
    )
    expect(crowd.penalties).toEqual([])
  })

  it('takes the first that answers after all, and leaves the others', async () => {
    const answer = crowd.asker.request(numbers, one).single()
    const slow = await member(0).asked
    await clock.advance(2_000)
    await member(1).asked
    say(slow, 3n)
    await expect(answer).resolves.toBe(3n)
    expect(crowd.penalties).toEqual([])
  })

  it('is put to three at the most, and blames each for its own silence alone', async () => {
    const exchange = crowd.asker.request(numbers, one, { firstByteTimeoutMs: 8_000 })
    const failing = expect(exchange.single()).rejects.toMatchObject({ code: 'first_byte_timeout' })
    await member(0).asked
    await clock.advance(2_000)
    await member(1).asked
    await clock.advance(2_000)
    await member(2).asked
    await clock.advance(12_000)
    await failing
    expect(member(3).streams).toEqual([])
    expect(crowd.penalties.map(([, penalty]) => penalty)).toEqual(Array(3).fill('high-tolerance'))
  })

  it('moves on at once when a peer fails, without waiting for the time to hedge', async () => {
    const exchange = crowd.asker.request(numbers, one)
    const answer = exchange.single()
    const refusing = await member(0).asked
    refusing.send(encodeErrorChunk(3, 'not here'))
    await refusing.close()
    say(await member(1).asked, 5n)
    await expect(answer).resolves.toBe(5n)
    expect(exchange.attemptedPeers).toEqual([member(0).id, member(1).id])
  })

  it('does not take an answer of nothing while somebody else may have something', async () => {
    const answer = crowd.asker.request(numbers, one).all()
    const slow = await member(0).asked
    await clock.advance(2_000)
    await (await member(1).asked).close()
    await until(
      () => member(1).streams[0]!.status === 'closed',
      () => 'the empty answer was not taken',
    )
    say(slow, 1n)
    await expect(answer).resolves.toEqual([1n])
  })

  it('takes an answer of nothing when nobody has anything', async () => {
    const exchange = crowd.asker.request(numbers, one)
    const answer = exchange.all()
    const slow = await member(0).asked
    await clock.advance(2_000)
    await (await member(1).asked).close()
    for (const index of [0, 2]) {
      const stream = index === 0 ? slow : await member(index).asked
      stream.send(encodeErrorChunk(3, 'not here'))
      await stream.close()
    }
    await expect(answer).resolves.toEqual([])
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 0, peer: member(1).id })
  })

  it('is not hedged where the caller will not have it, nor where it names a peer', async () => {
    const { id } = member(0)
    const exchanges = [
      crowd.asker.request(numbers, one, { hedgeAfterMs: Number.POSITIVE_INFINITY }),
      crowd.asker.request(numbers, one, { peer: id }),
    ]
    const answers = Promise.all(exchanges.map((exchange) => exchange.single()))
    await until(
      () => member(0).streams.length === 2,
      () => 'the two were not asked',
    )
    await clock.advance(9_000)
    expect(askedCount()).toBe(1)
    for (const stream of member(0).streams) say(stream, 1n)
    await answers
  })

  it('goes by what the peer usually takes, and asks nobody that is to be excluded', async () => {
    const exclude = new Set([member(1).id])
    const measure = crowd.asker.request(numbers, one, { peer: member(0).id }).completed
    const stream = await member(0).asked
    await clock.advance(100)
    say(stream, 1n)
    await measure
    const answer = crowd.asker.request(numbers, one, { exclude }).single()
    await until(
      () => member(0).streams.length === 2,
      () => 'the first was not asked again',
    )
    expect(crowd.measured.at(-1)![0]).toMatchObject({ waitMs: 0, expectedMs: 100 })
    await clock.advance(500)
    say(await member(2).asked, 2n)
    await expect(answer).resolves.toBe(2n)
    expect(member(1).streams).toEqual([])
    // That it took longer than usual is remembered, though it lost.
    await expect(
      crowd.asker.request(numbers, one, { exclude: new Set(crowd.members.map(({ id }) => id)) }).all(),
    ).rejects.toMatchObject({ code: 'peer_unavailable' })
    expect(crowd.measured.at(-1)![0]).toMatchObject({ expectedMs: 500 })
  })

  it('ends at an abort with every peer that it had asked', async () => {
    const caller = new AbortController()
    const answer = crowd.asker.request(numbers, one, { signal: caller.signal }).single()
    await member(0).asked
    await clock.advance(2_000)
    await member(1).asked
    caller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(crowd.penalties).toEqual([])
  })
})

describe('an answer that breaks off', () => {
  it('is carried on by the next peer where the method tells how, with nothing lost or doubled', async () => {
    const exchange = crowd.asker.request(numbers, four)
    const senders: (string | undefined)[] = []
    const got: bigint[] = []
    const reading = (async () => {
      for await (const value of exchange) {
        got.push(value)
        senders.push(exchange.from)
      }
    })()
    const first = await member(0).asked
    say(first, 1n, 2n)
    await until(
      () => got.length === 2,
      () => `${got.length} of two came`,
    )
    first.abort(new Error('broken'))
    const second = await member(1).asked
    say(second, 3n, 4n)
    await reading
    expect(got).toEqual([1n, 2n, 3n, 4n])
    expect(senders).toEqual([0, 0, 1, 1].map((index) => member(index).id))
    await expect(exchange.completed).resolves.toMatchObject({
      outcome: 'complete',
      chunks: 4,
      peer: member(1).id,
      peers: [member(0).id, member(1).id],
    })
  })

  it('is carried on by three peers at the most, and each is blamed for its own part', async () => {
    const exchange = crowd.asker.request(numbers, four)
    const failing = expect(exchange.all()).rejects.toMatchObject({ code: 'unexpected_end', details: { chunks: 1 } })
    for (const index of [0, 1, 2]) {
      const stream = await member(index).asked
      say(stream, BigInt(index + 1))
      stream.send(new Uint8Array([0]))
      await stream.close()
    }
    await failing
    expect(member(3).streams).toEqual([])
    for (const index of [0, 1, 2]) expect(offencesOf(index)).toEqual([[member(index).id, 'low-tolerance']])
  })

  it('is hedged again from there, and what nobody is left for fails as it broke off', async () => {
    const answer = crowd.asker.request(numbers, four).all()
    const first = await member(0).asked
    say(first, 1n)
    first.send(new Uint8Array([0]))
    await first.close()
    await member(1).asked
    await clock.advance(2_000)
    say(await member(2).asked, 2n, 3n, 4n)
    await expect(answer).resolves.toEqual([1n, 2n, 3n, 4n])
  })

  it('is complete when nothing is left to ask for', async () => {
    const protocol = { ...numbers, resume: () => ({ startPeriod: 0, count: 0 }) }
    const exchange = crowd.asker.request(protocol, four)
    const answer = exchange.all()
    const stream = await member(0).asked
    say(stream, 1n)
    stream.send(new Uint8Array([0]))
    await stream.close()
    await expect(answer).resolves.toEqual([1n])
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', peers: [member(0).id] })
  })

  it.each([
    ['the method does not tell how', unresumable],
    ['the method cannot tell from where', { ...numbers, resume: () => undefined }],
  ])('fails with what came where %s', async (_words, protocol) => {
    const got: bigint[] = []
    const failing = (async () => {
      for await (const value of crowd.asker.request(protocol, four)) got.push(value)
    })()
    const rejected = expect(failing).rejects.toMatchObject({ code: 'unexpected_end' })
    const stream = await member(0).asked
    say(stream, 1n)
    stream.send(new Uint8Array([0]))
    await stream.close()
    await rejected
    expect(got).toEqual([1n])
    expect(askedCount()).toBe(1)
  })
})
