import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineProtocol, protocols, sszCodec } from '../../src/reqresp/index.ts'
import { networkMessages } from '../../src/ssz/index.ts'
import { encodeChunk, encodeRequest } from '../../src/wire/index.ts'
import {
  asks,
  breakingRequesters,
  breakingResponders,
  oddRequesters,
  oddResponders,
  otherHalfClosed,
  type Requester,
  type Responder,
  sends,
  wrongRequests,
} from '../kit/fault-peers.ts'
import { allLetGo, failOnUnhandledRejections, listenersOn } from '../kit/leaks.ts'
import { createReqRespPair, type ReqRespPair, testChain } from '../kit/reqresp-pair.ts'
import { createWatchedClock, type WatchedClock } from '../kit/watched-clock.ts'

/** A method without a quota, as small as they come. */
const methodOf = (name: string) =>
  defineProtocol<bigint, bigint>({
    name,
    request: protocols.ping.request!(testChain),
    response: sszCodec(networkMessages.ping),
  })
const chunk = encodeChunk(new Uint8Array(8))
const request = encodeRequest(new Uint8Array(8))

const WARM_UP = 300
const REPETITIONS = 2_000
/** How long a finished stream waits for the other side's close: see `closeGracefully()`. */
const LINGER_MS = 1_000
/**
 * Generous: the timers that libp2p sets for each stream make for some hundred bytes more or less. A stream, a reader or an
 * exchange that one way in seven keeps takes more than this.
 */
const MAX_GROWTH_BYTES = 1_000

failOnUnhandledRejections()

/** Bytes that stay in use once garbage is collected, as often as it takes for what one pass only released. */
async function bytesInUse(): Promise<number> {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  for (let pass = 0; pass < 4; pass++) {
    collect()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

let pair: ReqRespPair
let clock: WatchedClock
beforeAll(async () => {
  clock = createWatchedClock()
  pair = await createReqRespPair({ clock })
})
afterAll(() => pair.stop())

/**
 * How many bytes more each repetition leaves behind, once everything is released. The ways are gone all at once: what one of them
 * leaves shows as much as if it came alone and a few times less often.
 */
async function growth(ways: readonly (() => Promise<unknown>)[]): Promise<number> {
  const run = async (times: number): Promise<number> => {
    for (let done = 0; done < times; done += ways.length) {
      await Promise.all(ways.map((go) => go()))
      if (clock.delays.length > 50) await clock.advance(LINGER_MS)
    }
    await allLetGo(pair, clock)
    // Reports are kept by the test, not by the code under test.
    pair.penalties.length = 0
    pair.inboundOffences.length = 0
    return bytesInUse()
  }
  const start = await run(WARM_UP)
  const middle = await run(REPETITIONS / 2)
  const end = await run(REPETITIONS / 2)
  // A leak shows in both halves; compiled code and caches in the first.
  return Math.min(middle - start, end - middle) / (REPETITIONS / 2)
}

describe(`${REPETITIONS} repetitions leave nothing behind`, { timeout: 90_000 }, () => {
  it('of answers and of faults in them, asked for, and of aborts', async () => {
    const caller = new AbortController()
    const behaviours: readonly Responder[] = [
      sends(() => chunk),
      sends(() => chunk.with(20, 0xff)),
      sends(() => chunk.slice(0, -1)),
      breakingResponders['resetting at once'],
      breakingResponders['closing at once'],
      oddResponders.lingering,
      () => {},
    ]
    const methods = behaviours.map((_, i) => methodOf(`method_${i}`))
    for (const [i, behaviour] of behaviours.entries()) await pair.misbehave(methods[i]!.id, behaviour, [chunk])
    const ask = (method: (typeof methods)[number], signal: AbortSignal): Promise<unknown> =>
      pair.asker
        .request(method, 1n, { peer: pair.peer, signal })
        .all()
        .catch(() => {})
    const asking = methods.slice(0, -1).map((method) => () => ask(method, caller.signal))
    const aborting = async (): Promise<void> => {
      const own = new AbortController()
      const asked = ask(methods.at(-1)!, own.signal)
      await setImmediate()
      own.abort(new Error('no longer wanted'))
      await asked
    }
    expect(await growth([...asking, aborting])).toBeLessThan(MAX_GROWTH_BYTES)
    expect(listenersOn(caller.signal)).toBe(0)
  })

  it('of requests and of faults in them, answered', async () => {
    const behaviours: readonly Requester[] = [
      oddRequesters['late closing'],
      (stream) => asks(stream, wrongRequests['a wrong checksum']!.corrupt(request)),
      (stream) => asks(stream, request.slice(0, -1)),
      breakingRequesters['resetting within its request'],
    ]
    const method = methodOf('served')
    const withdraw = pair.responder.serve(method, async function* (value) {
      yield value
    })
    const [connection] = pair.nodes.asker.getConnections()
    const asking = behaviours.map((behaviour) => async () => {
      const stream = await connection!.newStream([method.id])
      stream.addEventListener('message', () => {})
      await behaviour(stream, request)
      await otherHalfClosed(stream)
      await stream.close()
    })
    expect(await growth(asking)).toBeLessThan(MAX_GROWTH_BYTES)
    withdraw()
  })
})
