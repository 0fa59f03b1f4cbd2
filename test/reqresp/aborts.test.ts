import { setImmediate } from 'node:timers/promises'
import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LamparaError } from '../../src/errors/index.ts'
import { createReqResp, defineProtocol, protocols, sszCodec } from '../../src/reqresp/index.ts'
import type { ResponseStream } from '../../src/reqresp/types.ts'
import { networkMessages } from '../../src/ssz/index.ts'
import { encodeChunk } from '../../src/wire/index.ts'
import { allLetGo, failOnUnhandledRejections, listenersOn, until } from '../kit/leaks.ts'
import { createReqRespPair, type ReqRespPair, testChain } from '../kit/reqresp-pair.ts'
import { createStepper, type Stepper, steppedNode } from '../kit/stepped-libp2p.ts'
import { createWatchedClock, type WatchedClock } from '../kit/watched-clock.ts'

/** A method without a quota, whose answers have three chunks. */
const method = defineProtocol<bigint, bigint>({
  name: 'counted',
  request: protocols.ping.request!(testChain),
  response: sszCodec(networkMessages.ping),
  maxChunks: 3,
})
const chunks = [1, 2, 3].map((value) => encodeChunk(new Uint8Array(8).with(0, value)))
/** Microtasks from a step to what is done at it: what the step sets off goes on in between. */
const TICKS = [0, 1, 3]

failOnUnhandledRejections()

describe.each(['yamux', 'mplex'] as const)('over %s, at every step', (muxer) => {
  let pair: ReqRespPair
  let clock: WatchedClock
  let stepper: Stepper
  let reqresp: ReturnType<typeof createReqResp>
  const penalties: unknown[] = []

  /** A behaviour whose steps are counted, over one of the two nodes. */
  function steppedReqResp(side: 'asker' | 'responder'): ReturnType<typeof createReqResp> {
    return createReqResp({
      libp2p: steppedNode(pair.nodes[side], stepper.step),
      chain: testChain,
      clock,
      selectPeer: () => undefined,
      onPenalty: (...report) => penalties.push(report),
    })
  }

  beforeEach(async () => {
    stepper = createStepper()
    clock = createWatchedClock(stepper.step)
    pair = await createReqRespPair({ muxer, clock })
    await connected()
  })
  afterEach(async () => {
    await reqresp.stop()
    await pair.stop()
    expect([...penalties, ...pair.penalties, ...pair.inboundOffences]).toEqual([])
    penalties.length = 0
  })

  /** Resolves when both sides have so many connections. */
  async function connected(count = 1): Promise<void> {
    const { asker, responder } = pair.nodes
    const counts = (): number[] => [asker, responder].map((node) => node.getConnections().length)
    await until(
      () => counts().every((actual) => actual === count),
      () => `the sides have ${counts()} connections, not ${count}`,
    )
  }

  /** Brings a connection back once both sides know that it is gone. */
  async function reconnect(cut: Connection): Promise<void> {
    if (cut.status === 'open') return
    await connected(0)
    await pair.nodes.asker.dial(pair.nodes.responder.getMultiaddrs())
    await connected()
  }

  /**
   * Does something at the first step of an exchange, then at the second, and so on until the exchange is over before
   * its turn comes; each time, everything must be let go.
   *
   * @returns how many steps there are
   */
  async function atEveryStep(run: (at: number, ticks: number) => Promise<void>, stride = 1): Promise<number> {
    for (const ticks of TICKS) {
      for (let at = 0; ; at += stride) {
        await run(at, ticks)
        const { steps } = stepper
        stepper.arm(-1, 0, () => {})
        await allLetGo(pair, clock)
        expect(penalties).toEqual([])
        if (steps <= at) break
        expect(at).toBeLessThan(1_000)
      }
    }
    return stepper.steps
  }

  describe('of a request', () => {
    beforeEach(async () => {
      await pair.misbehave(method.id, async (stream) => {
        for (const chunk of chunks) {
          for (let at = 0; at < chunk.length; at += 7) {
            if (stream.status !== 'open') return
            stream.send(chunk.slice(at, at + 7))
            await setImmediate()
          }
        }
        await stream.close()
      })
    })

    /** Takes chunks in a loop that has work of its own to do. */
    async function take(exchange: ResponseStream<bigint>, got: bigint[]): Promise<unknown> {
      try {
        for await (const chunk of exchange) {
          got.push(chunk)
          stepper.step()
          await setImmediate()
          stepper.step()
        }
        return 'completed'
      } catch (error) {
        return error
      }
    }

    it("an abort rejects with the signal's own reason, or comes too late for anything to be missed", async () => {
      reqresp = steppedReqResp('asker')
      let aborted = 0
      await atEveryStep(async (at, ticks) => {
        const caller = new AbortController()
        const reason = new Error(`step ${at}`)
        stepper.arm(at, ticks, () => caller.abort(reason))
        const got: bigint[] = []
        const exchange = reqresp.request(method, 1n, { peer: pair.peer, signal: caller.signal })
        const iterated = await take(exchange, got)
        const ended = await exchange.completed.catch((error: unknown) => error)
        expect(listenersOn(caller.signal)).toBe(0)
        if (ended === reason) aborted++
        else expect(ended).toMatchObject({ outcome: 'complete', chunks: 3 })
        expect(iterated).toBe(ended === reason ? reason : 'completed')
        if (ended !== reason) expect(got).toEqual([1n, 2n, 3n])
      })
      expect(aborted).toBeGreaterThan(30 * TICKS.length)
    })

    it('leaving stops it, and what the caller was waiting for ends', async () => {
      reqresp = steppedReqResp('asker')
      let left = 0
      await atEveryStep(async (at, ticks) => {
        const caller = new AbortController()
        const exchange = reqresp.request(method, 1n, { peer: pair.peer, signal: caller.signal })
        const iterator = exchange[Symbol.asyncIterator]()
        stepper.arm(at, ticks, () => void iterator.return!())
        let taken = 0
        while (!(await iterator.next()).done) taken++
        const { outcome, chunks } = await exchange.completed
        expect([outcome, chunks]).toEqual([taken === 3 ? 'complete' : 'cancelled', taken])
        expect(listenersOn(caller.signal)).toBe(0)
        if (outcome === 'cancelled') left++
      })
      expect(left).toBeGreaterThan(20 * TICKS.length)
    })

    it.each([1, 2, 3])('`break` and `throw` in the turn of chunk %i end it', async (last) => {
      reqresp = steppedReqResp('asker')
      for (const how of ['break', 'throw']) {
        const exchange = reqresp.request(method, 1n, { peer: pair.peer })
        const iterate = async (): Promise<void> => {
          for await (const chunk of exchange) {
            if (chunk < last) continue
            if (how === 'break') break
            throw new RangeError('mine')
          }
        }
        if (how === 'break') await iterate()
        else await expect(iterate()).rejects.toThrow(new RangeError('mine'))
        await expect(exchange.completed).resolves.toMatchObject({
          outcome: last === 3 ? 'complete' : 'cancelled',
          chunks: last,
        })
        await allLetGo(pair, clock)
      }
    })

    it('stop() of the network ends it with `stopped`, and resolves', async () => {
      await atEveryStep(async (at, ticks) => {
        const stopping = Promise.withResolvers<void>()
        reqresp = steppedReqResp('asker')
        stepper.arm(at, ticks, () => stopping.resolve(reqresp.stop()))
        const exchange = reqresp.request(method, 1n, { peer: pair.peer })
        const iterated = await take(exchange, [])
        const ended = await exchange.completed.catch((error: unknown) => error)
        if (ended instanceof LamparaError) expect([ended.code, iterated]).toEqual(['stopped', ended])
        else expect([ended, iterated]).toMatchObject([{ outcome: 'complete', chunks: 3 }, 'completed'])
        if (stepper.steps > at) await stopping.promise
        else await reqresp.stop()
      })
    })

    it('the end of the connection ends it with `peer_disconnected`', async () => {
      reqresp = steppedReqResp('asker')
      const { asker } = pair.nodes
      await atEveryStep(async (at, ticks) => {
        const [connection] = asker.getConnections()
        stepper.arm(at, ticks, () => connection!.abort(new Error('cable cut')))
        const exchange = reqresp.request(method, 1n, { peer: pair.peer })
        const iterated = await take(exchange, [])
        const ended = await exchange.completed.catch((error: unknown) => error)
        if (ended instanceof LamparaError) {
          // Cut before anything was asked, it is not even there.
          expect(ended.code).toMatch(/^peer_(disconnected|unavailable)$/)
          expect(iterated).toBe(ended)
        } else expect([ended, iterated]).toMatchObject([{ outcome: 'complete', chunks: 3 }, 'completed'])
        await reconnect(connection!)
      }, 5)
    })
  })

  describe('of an answer', () => {
    let called = 0
    let left = 0
    let signals: AbortSignal[] = []
    beforeEach(() => {
      called = 0
      left = 0
      signals = []
    })

    function serve(): () => void {
      return reqresp.serve(method, async function* (_, { signal }) {
        called++
        signals.push(signal)
        try {
          for (const value of [1n, 2n, 3n]) {
            stepper.step()
            await setImmediate()
            yield value
          }
        } finally {
          left++
        }
      })
    }

    /** Asks as a peer that has done nothing wrong. */
    async function ask(signal?: AbortSignal): Promise<unknown> {
      const options = { peer: pair.peer, ...(signal && { signal }) }
      return pair.asker
        .request(method, 1n, options)
        .all()
        .catch((error: unknown) => error)
    }

    async function expectAllLeft(): Promise<void> {
      await allLetGo(pair, clock)
      await until(
        () => left === called,
        () => `${called} handlers were called, ${left} left`,
      )
      for (const signal of signals) expect(listenersOn(signal)).toBe(0)
    }

    it('the asker going away leaves the handler, and is no penalty', async () => {
      reqresp = steppedReqResp('responder')
      serve()
      await atEveryStep(async (at, ticks) => {
        const caller = new AbortController()
        const reason = new Error(`step ${at}`)
        stepper.arm(at, ticks, () => caller.abort(reason))
        const answer = await ask(caller.signal)
        if (answer !== reason) expect(answer).toEqual([1n, 2n, 3n])
        await expectAllLeft()
      })
      expect(called).toBeGreaterThan(20)
    })

    it('withdrawing the method resets the stream and leaves the handler', async () => {
      reqresp = steppedReqResp('responder')
      await atEveryStep(async (at, ticks) => {
        const withdraw = serve()
        stepper.arm(at, ticks, withdraw)
        const answer = await ask()
        // Before a stream is negotiated, the method is not there.
        if (answer instanceof LamparaError) expect(answer.code).toMatch(/^(peer_disconnected|protocol_unsupported)$/)
        else expect(answer).toEqual([1n, 2n, 3n])
        withdraw()
        await expectAllLeft()
      })
    })

    it('stop() of the network does the same, and resolves', async () => {
      await atEveryStep(async (at, ticks) => {
        reqresp = steppedReqResp('responder')
        serve()
        const stopping = Promise.withResolvers<void>()
        stepper.arm(at, ticks, () => stopping.resolve(reqresp.stop()))
        const answer = await ask()
        // Before a stream is negotiated, the method is not there.
        if (answer instanceof LamparaError) expect(answer.code).toMatch(/^(peer_disconnected|protocol_unsupported)$/)
        else expect(answer).toEqual([1n, 2n, 3n])
        if (stepper.steps > at) await stopping.promise
        else await reqresp.stop()
        await expectAllLeft()
      })
    })

    it('the end of the connection leaves the handler', async () => {
      reqresp = steppedReqResp('responder')
      serve()
      const { responder } = pair.nodes
      await atEveryStep(async (at, ticks) => {
        const [connection] = responder.getConnections()
        stepper.arm(at, ticks, () => connection!.abort(new Error('cable cut')))
        const answer = await ask()
        if (answer instanceof LamparaError) expect(answer.code).toBe('peer_disconnected')
        else expect(answer).toEqual([1n, 2n, 3n])
        await expectAllLeft()
        await reconnect(connection!)
      }, 5)
    })
  })
})
