import { ByteListType } from '@chainsafe/ssz'
import type { Libp2p, Stream } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReqResp, defineProtocol, protocols, sszCodec } from '../../../src/reqresp/index.ts'
import { encodeErrorChunk } from '../../../src/wire/index.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { type Responder, sends, stuckResponders } from '../../kit/fault-peers.ts'
import {
  chunkBytes,
  createReqRespPair,
  objectAtSlot,
  openStreams,
  type ReqRespPair,
  testChain,
} from '../../kit/reqresp-pair.ts'

const { lightClientUpdatesByRange: method } = protocols
const update = objectAtSlot('update', 480)
const chunk = chunkBytes(method, update)
const range = { startPeriod: 1, count: 100 }

let pair: ReqRespPair
beforeEach(async () => {
  pair = await createReqRespPair()
})
afterEach(async () => {
  await pair.quiet()
  expect(pair.penalties).toEqual([])
  await pair.stop()
})

describe('the stream of a request', () => {
  // It stands still: what is merely let go of is reset once some seconds have passed.
  const clock = createFakeClock(Date.now())
  beforeEach(async () => {
    await pair.stop()
    pair = await createReqRespPair({ clock })
  })

  /** How the responder sees the stream of a request end. */
  async function endSeen(behaviour: Responder, ask: (opened: Promise<void>) => Promise<unknown>): Promise<string> {
    const opened = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<string>()
    await pair.misbehave(
      method.id,
      (stream, chunks) => {
        stream.addEventListener('close', () => ended.resolve(stream.status), { once: true })
        opened.resolve()
        return behaviour(stream, chunks)
      },
      [chunk],
    )
    await ask(opened.promise)
    return ended.promise
  }

  it('is reset when the caller leaves', async () => {
    const leave = async (): Promise<void> => {
      for await (const _ of pair.asker.request(method, range, { peer: pair.peer })) break
    }
    expect(await endSeen(stuckResponders.endless, leave)).toBe('reset')
  })

  it('is reset when nothing comes in time', async () => {
    const wait = async (opened: Promise<void>): Promise<void> => {
      const { completed } = pair.asker.request(method, range, { peer: pair.peer, firstByteTimeoutMs: 200 })
      let over = false
      const outcome = completed
        .catch(() => {})
        .finally(() => {
          over = true
        })
      await opened
      while (!over) {
        await clock.advance(200)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await outcome
    }
    expect(await endSeen(stuckResponders.silent, wait)).toBe('reset')
    pair.penalties.length = 0
  })
})

describe('an exchange that the caller leaves', () => {
  beforeEach(() => pair.misbehave(method.id, stuckResponders.endless, [chunk]))

  it('is `stopped` after `break`, with the chunks that were taken', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    let taken = 0
    for await (const _ of exchange) if (++taken === 2) break
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 2, peer: pair.peer })
  })

  it('is `stopped` when left before its last chunk, even if that one has come', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunk, ...chunk])),
    )
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 2 }, { peer: pair.peer })
    for await (const _ of exchange) {
      await pair.quiet()
      break
    }
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 1 })
  })

  it('is `complete` when left with its last chunk', async () => {
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 2 }, { peer: pair.peer })
    let taken = 0
    for await (const _ of exchange) if (++taken === 2) break
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 2 })
  })

  it('is `stopped` after a throw, which reaches the caller as it was', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    const iterate = async (): Promise<void> => {
      for await (const _ of exchange) throw new RangeError('mine')
    }
    await expect(iterate()).rejects.toThrow(new RangeError('mine'))
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 1 })
  })

  it('is `stopped` after single(), which takes the first chunk', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    await expect(exchange.single()).resolves.toEqual(update)
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 1 })
  })

  it('is `stopped` when left before its first chunk', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    await exchange[Symbol.asyncIterator]().return?.()
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 0 })
  })

  it('is refused a second iteration', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    await exchange.single()
    await expect(exchange.single()).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('gives parked and later calls of next() the end', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const iterator = pair.asker.request(method, range, { peer: pair.peer })[Symbol.asyncIterator]()
    const parked = [iterator.next(), iterator.next()]
    await iterator.return?.()
    const done = { done: true, value: undefined }
    await expect(Promise.all([...parked, iterator.next()])).resolves.toEqual([done, done, done])
  })
})

it('single() of a method with one chunk is a complete exchange', async () => {
  pair.responder.serve(protocols.ping, async function* () {
    yield 5n
  })
  const exchange = pair.asker.request(protocols.ping, 1n, { peer: pair.peer })
  await expect(exchange.single()).resolves.toBe(5n)
  await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 1 })
})

it('an exchange whose answer fits in two chunks completes before anybody iterates, and can be iterated afterwards', async () => {
  pair.responder.serve(protocols.ping, async function* () {
    yield 5n
  })
  const exchange = pair.asker.request(protocols.ping, 1n, { peer: pair.peer })
  await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 1 })
  await expect(exchange.all()).resolves.toEqual([5n])
})

it('reads no more than two chunks ahead of the caller', async () => {
  let yielded = 0
  const big = defineProtocol({
    name: 'big',
    response: sszCodec(new ByteListType(1 << 20)),
    maxChunks: 64,
  })
  // Incompressible, so that the muxer's window counts.
  const noise = crypto.getRandomValues(new Uint8Array(1 << 16))
  const megabyte = new Uint8Array(1 << 20)
  for (let i = 0; i < 16; i++) megabyte.set(noise, i << 16)
  pair.responder.serve(big, async function* () {
    for (; yielded < 64; yielded++) yield megabyte
  })
  const exchange = pair.asker.request(big, undefined, { peer: pair.peer })
  const iterator = exchange[Symbol.asyncIterator]()
  await iterator.next()
  // The responder stalls for good: turns of the event loop would otherwise bring chunk after chunk.
  const before = await settledCount(() => yielded)
  expect(before).toBeLessThanOrEqual(8)
  await iterator.return?.()
  await expect(exchange.completed).resolves.toMatchObject({ outcome: 'cancelled', chunks: 1 })
})

describe('an exchange that is aborted', () => {
  const reason = new Error('no longer wanted')

  it('rejects before it asks, with the reason of a signal that was aborted already', async () => {
    const exchange = pair.asker.request(method, range, { peer: pair.peer, signal: AbortSignal.abort(reason) })
    await expect(exchange.all()).rejects.toBe(reason)
    await expect(exchange.completed).rejects.toBe(reason)
    expect(openStreams(pair.nodes.asker)).toBe(0)
  })

  it.each([
    ['while it waits for the first byte', stuckResponders.silent],
    ['within a chunk', stuckResponders.withholding],
    ['between two chunks', stuckResponders.stopping],
  ])("rejects %s with the signal's reason", async (_, behaviour) => {
    const controller = new AbortController()
    const asked = Promise.withResolvers<Stream>()
    await pair.misbehave(method.id, async (stream) => {
      await behaviour(stream, [chunk])
      asked.resolve(stream)
    })
    const exchange = pair.asker.request(method, range, { peer: pair.peer, signal: controller.signal })
    const all = exchange.all()
    all.catch(() => {})
    const stream = await asked.promise
    const gone = new Promise((resolve) => stream.addEventListener('close', resolve))
    controller.abort(reason)
    await expect(all).rejects.toBe(reason)
    await expect(exchange.completed).rejects.toBe(reason)
    // The responder is told, so that it does not work for nobody.
    await gone
  })

  it("rejects while the caller is busy with a chunk, with the signal's reason at its next step", async () => {
    await pair.misbehave(method.id, stuckResponders.endless, [chunk])
    const controller = new AbortController()
    const exchange = pair.asker.request(method, range, { peer: pair.peer, signal: controller.signal })
    const iterate = async (): Promise<void> => {
      for await (const _ of exchange) controller.abort(reason)
    }
    await expect(iterate()).rejects.toBe(reason)
    await expect(exchange.completed).rejects.toBe(reason)
  })

  it('rejects in iteration and at its end alike when all has come, but the caller has not taken it', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunk, ...chunk])),
    )
    const controller = new AbortController()
    const asked = { peer: pair.peer, signal: controller.signal }
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 2 }, asked)
    const iterate = async (): Promise<void> => {
      for await (const _ of exchange) {
        await pair.quiet()
        controller.abort(reason)
      }
    }
    await expect(iterate()).rejects.toBe(reason)
    await expect(exchange.completed).rejects.toBe(reason)
  })

  it('is complete in iteration and at its end alike when the caller had all that could come', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunk, ...chunk])),
    )
    const controller = new AbortController()
    const asked = { peer: pair.peer, signal: controller.signal }
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 2 }, asked)
    let taken = 0
    for await (const _ of exchange) if (++taken === 2) controller.abort(reason)
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 2 })
  })

  it('rejects while it waits for its turn, and leaves the queue', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const controller = new AbortController()
    const first = [1, 2].map(() =>
      pair.asker.request(method, range, { peer: pair.peer, signal: controller.signal }).all(),
    )
    const waiting = new AbortController()
    const third = pair.asker.request(method, range, { peer: pair.peer, signal: waiting.signal }).all()
    waiting.abort(reason)
    await expect(third).rejects.toBe(reason)
    controller.abort(reason)
    await expect(Promise.allSettled(first)).resolves.toMatchObject([{ reason }, { reason }])
  })

  it('rejects every exchange with `stopped` when the behaviour stops', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const exchanges = [1, 2, 3].map(() => pair.asker.request(method, range, { peer: pair.peer }))
    let over = 0
    for (const { completed } of exchanges) completed.catch(() => over++)
    await Promise.all([pair.asker.stop(), pair.asker.stop()])
    expect(over).toBe(3)
    expect(openStreams(pair.nodes.asker)).toBe(0)
    for (const exchange of exchanges) await expect(exchange.completed).rejects.toMatchObject({ code: 'stopped' })
    const late = pair.asker.request(method, range, { peer: pair.peer })
    await expect(late.all()).rejects.toMatchObject({ code: 'stopped' })
    await pair.asker.stop()
  })

  it('leaves no unhandled rejection when nobody looks at it', async () => {
    pair.asker.request(method, range, { peer: pair.peer, signal: AbortSignal.abort(reason) })
    pair.asker.request(method, range)
    await pair.asker.stop()
  })
})

describe('opening a stream', () => {
  it('fails with `peer_unavailable` when the peer is not connected, without dialing it', async () => {
    const stranger = '16Uiu2HAm9QpUitRZepmQKEcgWv7CVxp2HxYLd4Vv3wqo9ZuDH4FZ'
    const exchange = pair.asker.request(method, range, { peer: stranger })
    await expect(exchange.all()).rejects.toMatchObject({ code: 'peer_unavailable' })
    expect(pair.nodes.asker.getDialQueue()).toEqual([])
  })

  it('fails with `invalid_argument` for what is not a peer id', async () => {
    const exchange = pair.asker.request(method, range, { peer: 'nobody' })
    await expect(exchange.all()).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('fails with `invalid_argument` for a request that cannot be encoded, and does not blame the peer', async () => {
    pair.responder.serve(method, async function* () {})
    const exchange = pair.asker.request(method, { startPeriod: -1, count: 1 }, { peer: pair.peer })
    await expect(exchange.all()).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('fails with `peer_disconnected` when the connection ends meanwhile', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const exchange = pair.asker.request(method, range, { peer: pair.peer })
    await new Promise<void>((resolve) =>
      pair.misbehave(method.id, () => resolve()).then(() => pair.asker.request(method, range, { peer: pair.peer })),
    )
    for (const connection of pair.nodes.responder.getConnections()) connection.abort(new Error('cable cut'))
    await expect(exchange.all()).rejects.toMatchObject({ code: 'peer_disconnected' })
  })

  it('gives up with `open_stream_timeout`, and resets a stream that opens too late', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const clock = createFakeClock()
    const late = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<Stream>()
    const [connection] = pair.nodes.asker.getConnections()
    const newStream = async (ids: string[]): Promise<Stream> => {
      await late.promise
      const stream = await connection!.newStream(ids)
      opened.resolve(stream)
      return stream
    }
    const libp2p = { getConnections: () => [{ status: 'open', remotePeer: pair.peer, newStream }] } as unknown as Libp2p
    const penalties: unknown[] = []
    const slow = createReqResp({
      libp2p,
      chain: testChain,
      clock,
      selectPeer: () => undefined,
      onPenalty: (...report) => penalties.push(report),
    })
    const exchange = slow.request(method, range, { peer: pair.peer })
    await clock.advance(10_000)
    await expect(exchange.all()).rejects.toMatchObject({ code: 'open_stream_timeout' })
    expect(penalties).toMatchObject([[pair.peer, 'high-tolerance', expect.stringContaining('10000 ms')]])
    late.resolve()
    expect((await opened.promise).status).toBe('open')
    await pair.quiet()
    expect(clock.pending).toBe(0)
  })

  it('gives up with `request_timeout` on a peer that does not take the request', async () => {
    const upload = defineProtocol({
      name: 'upload',
      request: sszCodec(new ByteListType(1 << 23)),
      response: sszCodec(new ByteListType(1)),
    })
    await pair.nodes.responder.handle(upload.id, (stream) => stream.pause())
    const body = crypto.getRandomValues(new Uint8Array(1 << 16))
    const request = new Uint8Array(1 << 23)
    for (let i = 0; i < 128; i++) request.set(body, i << 16)
    const exchange = pair.asker.request(upload, request, { peer: pair.peer, requestTimeoutMs: 300 })
    await expect(exchange.all()).rejects.toMatchObject({ code: 'request_timeout' })
    expect(pair.penalties.splice(0)).toMatchObject([['high-tolerance', expect.any(String)]])
  })
})

describe('requests at once', () => {
  it('never are more than two of a method with one peer; the others follow in the order of asking', async () => {
    let active = 0
    let most = 0
    const order: bigint[] = []
    const gates: (() => void)[] = []
    const arrivals = gate()
    const counted = defineProtocol<bigint, bigint>({
      name: 'counted',
      request: protocols.ping.request!(testChain),
      response: protocols.ping.response({ chain: testChain }),
    })
    pair.responder.serve(counted, async function* (request) {
      most = Math.max(most, ++active)
      order.push(request)
      await new Promise<void>((resolve) => {
        gates.push(resolve)
        arrivals.open()
      })
      active--
      yield request
    })
    const answers = Promise.all(
      [0n, 1n, 2n, 3n, 4n].map((i) => pair.asker.request(counted, i, { peer: pair.peer }).single()),
    )
    for (let released = 0; released < 5; released++) {
      while (gates.length < Math.min(2, 5 - released)) await arrivals.next()
      gates.shift()!()
    }
    await expect(answers).resolves.toEqual([0n, 1n, 2n, 3n, 4n])
    expect(order).toEqual([0n, 1n, 2n, 3n, 4n])
    expect(most).toBe(2)
  })

  it('wait in a queue with a bound, beyond which they fail with `queue_overflow`', async () => {
    await pair.misbehave(method.id, stuckResponders.silent)
    const exchanges = Array.from({ length: 67 }, () => pair.asker.request(method, range, { peer: pair.peer }))
    await expect(exchanges[66]!.all()).rejects.toMatchObject({ code: 'queue_overflow' })
    await pair.asker.stop()
  })
})

describe('a request that names no peer', () => {
  const stranger = '16Uiu2HAm9QpUitRZepmQKEcgWv7CVxp2HxYLd4Vv3wqo9ZuDH4FZ'

  const asking = (peers: readonly string[], asked: (readonly string[])[] = []) =>
    createReqResp({
      libp2p: pair.nodes.asker,
      chain: testChain,
      clock: createFakeClock(),
      selectPeer(ids, { exclude }) {
        asked.push(ids)
        return peers.find((peer) => !exclude.has(peer))
      },
      onPenalty: (_, gravity, reason) => pair.penalties.push([gravity, reason]),
    })

  it('goes to the peer that the selection gives for its protocol ids, older versions included', async () => {
    pair.responder.serve(protocols.metadata, async function* () {})
    const asked: (readonly string[])[] = []
    const { completed } = asking([pair.peer], asked).request(protocols.metadata, undefined)
    await expect(completed).resolves.toMatchObject({ peer: pair.peer })
    expect(asked).toEqual([[3, 2, 1].map((version) => `/eth2/beacon_chain/req/metadata/${version}/ssz_snappy`)])
  })

  it('moves to the next peer when the first fails before its first chunk', async () => {
    await pair.misbehave(
      method.id,
      sends(() => chunk),
    )
    const exchange = asking([stranger, pair.peer]).request(method, range)
    await expect(exchange.all()).resolves.toEqual([update])
    await expect(exchange.completed).resolves.toMatchObject({ peer: pair.peer })
  })

  it('stays with a peer that has given a chunk where the method cannot be resumed, and fails with it', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunk, ...chunk.slice(0, 9)])),
    )
    const { resume: _, ...unresumable } = method
    const exchange = asking([pair.peer, stranger]).request(unresumable, range)
    await expect(exchange.all()).rejects.toMatchObject({ code: 'unexpected_end', details: { peer: pair.peer } })
    expect(pair.penalties.splice(0)).toHaveLength(1)
  })

  it('asks nobody twice, whatever the selection says', async () => {
    let asked = 0
    const stubborn = createReqResp({
      libp2p: pair.nodes.asker,
      chain: testChain,
      clock: createFakeClock(),
      selectPeer: () => {
        asked++
        return pair.peer
      },
      onPenalty: () => {},
    })
    await pair.misbehave(
      method.id,
      sends(() => encodeErrorChunk(3, '')),
    )
    await expect(stubborn.request(method, range).all()).rejects.toMatchObject({ code: 'resource_unavailable' })
    expect(asked).toBe(2)
  })

  it('fails with `peer_unavailable` when nobody offers the method', async () => {
    await expect(asking([]).request(method, range).all()).rejects.toMatchObject({ code: 'peer_unavailable' })
  })

  it('fails with what the last one came to when all fail', async () => {
    const exchange = asking([stranger, pair.peer]).request(method, range)
    await expect(exchange.all()).rejects.toMatchObject({ code: 'protocol_unsupported', details: { peer: pair.peer } })
  })
})

/** Wakes one waiter at a time. */
function gate(): { open(): void; next(): Promise<void> } {
  let wake = (): void => {}
  return {
    open: () => wake(),
    next: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
  }
}

/** A count once it has stood still for many turns of the event loop. */
async function settledCount(read: () => number): Promise<number> {
  let last = -1
  for (let still = 0; still < 50; still++) {
    if (read() !== last) {
      last = read()
      still = 0
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return last
}
