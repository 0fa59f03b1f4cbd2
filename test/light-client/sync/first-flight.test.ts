import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { startFirstFlight } from '../../../src/light-client/sync/first-flight.ts'
import type { Network } from '../../../src/network/types.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import type { Protocol, RequestOptions } from '../../../src/reqresp/types.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'

const ROOT = `0x${'11'.repeat(32)}` as const
const root = new Uint8Array(32).fill(0x11)
const { lightClientBootstrap, lightClientOptimisticUpdate: heads } = protocols

/** A network of which requests are written down, and answered by `answer`. */
function setUp(answer: (nth: number, protocol: string) => unknown, start: typeof ROOT | 'resumed' = ROOT) {
  const clock = createFakeClock(1_700_000_000_000)
  const asked: string[] = []
  const signals: AbortSignal[] = []
  let connected = (_peer: string): void => {}
  const network = {
    clock,
    watchConnections(callback: (peer: string) => void) {
      connected = callback
      return () => {
        connected = () => {}
      }
    },
    reqresp: {
      request({ name }: Protocol<unknown, unknown>, _request: unknown, { peer, signal }: RequestOptions) {
        const nth = asked.push(`${name} of ${peer}`)
        signals.push(signal!)
        const answered = Promise.resolve(answer(nth, name))
        const completed = answered.then((value) => {
          if (value instanceof Error) throw value
        })
        completed.catch(() => {})
        return {
          completed,
          async *[Symbol.asyncIterator]() {
            const value = await answered
            if (value instanceof Error) throw value
            signal!.throwIfAborted()
            yield value
          },
        }
      },
    },
  } as unknown as Network
  const flight = startFirstFlight(network, start === 'resumed' ? undefined : start, new AbortController().signal)
  const take = async <Request, Response>(
    protocol: Protocol<Request, Response>,
    request: Request,
    peer = 'a',
  ): Promise<unknown[]> => {
    const got: unknown[] = []
    const { signal } = new AbortController()
    for await (const response of flight.ask(protocol, request, { peer, signal })) got.push(response)
    return got
  }
  return { asked, signals, clock, flight, take, connect: (peer: string) => connected(peer) }
}

describe('the first flight', () => {
  it('asks a peer for the bootstrap and its heads as soon as its connection stands', () => {
    const { asked, connect } = setUp(() => 'answer')
    expect(asked).toEqual([])
    connect('a')
    expect(asked).toEqual([
      'light_client_bootstrap of a',
      'light_client_optimistic_update of a',
      'light_client_finality_update of a',
    ])
  })

  it('asks no bootstrap where the start goes on from what was verified before', () => {
    const { asked, connect } = setUp(() => 'answer', 'resumed')
    connect('a')
    expect(asked).toEqual(['light_client_optimistic_update of a', 'light_client_finality_update of a'])
  })

  it('asks two peers at most, each once', () => {
    const { asked, connect } = setUp(() => 'answer')
    for (const peer of ['a', 'a', 'b', 'c']) connect(peer)
    expect(new Set(asked.map((line) => line.split(' of ')[1]))).toEqual(new Set(['a', 'b']))
    expect(asked).toHaveLength(6)
  })

  it('gives the answer to whoever asks this peer the same, once', async () => {
    const { asked, connect, take } = setUp((nth) => `answer ${nth}`)
    connect('a')
    expect(await take(lightClientBootstrap, root)).toEqual(['answer 1'])
    expect(asked).toHaveLength(3)
    expect(await take(lightClientBootstrap, root)).toEqual(['answer 4'])
  })

  it.each([
    ['another peer', root, 'b'],
    ['another root', new Uint8Array(32).fill(0x22), 'a'],
  ])('asks anew for %s', async (_what, request, peer) => {
    const { connect, take } = setUp((nth) => `answer ${nth}`)
    connect('a')
    expect(await take(lightClientBootstrap, request, peer)).toEqual(['answer 4'])
  })

  it('asks anew for what was asked more than five seconds ago, and cancels that', async () => {
    const { connect, take, clock, signals } = setUp((nth) => (nth < 4 ? new Promise(() => {}) : `answer ${nth}`))
    connect('a')
    await clock.advance(5_001)
    expect(await take(heads, undefined)).toEqual(['answer 4'])
    expect(signals[1]!.aborted).toBe(true)
  })

  it.each(['peer_disconnected', 'protocol_unsupported'] as const)(
    'asks again where a peer ends requests before Status with `%s`',
    async (code) => {
      const { connect, take } = setUp((nth) => (nth < 4 ? new LamparaError(code, 'too early') : `answer ${nth}`))
      connect('a')
      expect(await take(heads, undefined)).toEqual(['answer 4'])
    },
  )

  it('passes on what a peer refuses in so many words, without asking it twice', async () => {
    const refusal = Promise.withResolvers<LamparaError>()
    const { asked, connect, take } = setUp(() => refusal.promise)
    connect('a')
    const taken = take(lightClientBootstrap, root)
    refusal.resolve(new LamparaError('resource_unavailable', 'it does not have this'))
    await expect(taken).rejects.toMatchObject({ code: 'resource_unavailable' })
    expect(asked).toHaveLength(3)
  })

  it('cancels at its end what nobody took, and asks no further peer', () => {
    const { asked, connect, flight, signals } = setUp(() => new Promise(() => {}))
    connect('a')
    flight.end()
    connect('b')
    expect(asked).toHaveLength(3)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
  })
})
