import type { Chain } from '../../src/chain/index.ts'
import { isLamparaError, LamparaError } from '../../src/errors/index.ts'
import { bestPeer } from '../../src/peers/scoring/select.ts'
import type { PeerInfo, PeerPenalty } from '../../src/peers/types.ts'
import { createHoldOffs } from '../../src/reqresp/limits/hold-off.ts'
import { queueOptionsOf } from '../../src/reqresp/limits/outbound-rate-limit.ts'
import { createRequestQueue } from '../../src/reqresp/limits/request-queue.ts'
import type { Protocol, RequestOptions } from '../../src/reqresp/types.ts'
import type { LightClientObject } from '../../src/ssz/index.ts'
import { delay, linkSignals } from '../../src/streams/abort.ts'
import type { Clock } from '../../src/streams/clock.ts'
import { createQueue } from '../../src/streams/queue.ts'

/** What a peer answers: chunks with the wait before each; then it closes, refuses, or says nothing more. */
export interface Answer {
  readonly chunks: readonly { readonly afterMs: number; readonly object: LightClientObject }[]
  /** @default 'close' */
  readonly ends?: 'close' | 'silence' | 'resource_unavailable' | 'rate_limited'
}

/** A question by the name of its protocol: `light_client_updates_by_range`. */
export interface Asked {
  readonly protocol: string
  readonly request: unknown
}

/** A peer of the client. */
export interface RemotePeer {
  readonly id: string
  readonly path: string
  readonly honest: boolean
  readonly roundTripMs: number
  answer(asked: Asked): Answer | Promise<Answer>
}

interface Connected {
  readonly peer: RemotePeer
  readonly gone: AbortController
}

export interface FakeReqRespOptions {
  readonly chain: Chain
  readonly clock: Clock
  report(peer: string, penalty: PeerPenalty, reason: string): void
  peers(): readonly PeerInfo[]
  find(id: string): Connected | undefined
}

/** As in src/reqresp: a peer that says nothing for so long is given up. */
const SILENCE_MS = 10_000
const EXCHANGE_MS = 120_000
const HEDGE_MS = 2_000
const MAX_PEERS_ASKED = 3

const words = (code: 'resource_unavailable' | 'rate_limited', details: object) =>
  new LamparaError(code, 'Cannot get it: the peer refuses', { details: { ...details } })

/** `ReqResp.request()` over peers in memory: the same choice of peers, hedging, paces and time limits. */
export function createFakeReqResp({ chain, clock, report, peers, find }: FakeReqRespOptions) {
  const holdOffs = createHoldOffs(clock)
  const limiter = createRequestQueue({ clock, maxActive: 2, maxWaiting: 32, holdOffs })
  const usualMs = new Map<string, number>()

  /** Asks one peer; chunks go to `deliver`, which may make it wait. */
  async function askPeer(
    protocol: Protocol<unknown, unknown>,
    request: unknown,
    id: string,
    options: RequestOptions,
    signal: AbortSignal,
    deliver: (chunk: LightClientObject) => Promise<void> | void,
  ): Promise<void> {
    const lane = `${protocol.name} of ${id}`
    const release = await limiter.acquire(lane, signal, queueOptionsOf(protocol, chain, options))
    const known = find(id)
    const own = linkSignals(signal, known?.gone.signal)
    const wait = (ms: number): Promise<void> => delay(ms, { clock, signal: own.signal })
    const askedAtMs = clock.now()
    try {
      if (known === undefined) throw new LamparaError('peer_disconnected', 'Cannot get it: the peer has gone')
      await wait(known.peer.roundTripMs / 2)
      const answer = await known.peer.answer({ protocol: protocol.name, request })
      await wait(known.peer.roundTripMs / 2)
      let first = true
      const timeOut = async (): Promise<never> => {
        await wait(SILENCE_MS)
        const code = first ? 'first_byte_timeout' : 'chunk_timeout'
        report(id, 'mid-tolerance', code)
        throw new LamparaError(code, `Cannot get it: nothing came in ${SILENCE_MS} ms`)
      }
      const most = typeof protocol.maxChunks === 'number' ? protocol.maxChunks : protocol.maxChunks(request)
      let delivered = 0
      for (const { afterMs, object } of answer.chunks) {
        if (delivered >= most) return holdOffs.succeeded(lane)
        if (afterMs > SILENCE_MS) await timeOut()
        await wait(afterMs)
        if (first) usualMs.set(lane, clock.now() - askedAtMs)
        first = false
        delivered++
        await deliver(object)
        own.signal.throwIfAborted()
      }
      if (delivered >= most) return holdOffs.succeeded(lane)
      if (answer.ends === 'silence') await timeOut()
      if (answer.ends === 'resource_unavailable') throw words('resource_unavailable', { responseCode: 3, reason: '' })
      if (answer.ends === 'rate_limited') throw words('rate_limited', { responseCode: 139, reason: '' })
      holdOffs.succeeded(lane)
    } catch (error) {
      signal.throwIfAborted()
      if (known?.gone.signal.aborted) throw new LamparaError('peer_disconnected', 'Cannot get it: the peer has gone')
      if (isLamparaError(error)) holdOffs.failed(lane, error.code)
      throw error
    } finally {
      own.dispose()
      release()
    }
  }

  function choose(protocol: Protocol<unknown, unknown>, options: RequestOptions, exclude: ReadonlySet<string>) {
    const turn = queueOptionsOf(protocol, chain, options)
    return bestPeer(peers(), [protocol.id], {
      exclude,
      costOf(peer) {
        const lane = `${protocol.name} of ${peer}`
        const expectedMs = usualMs.get(lane)
        return { waitMs: limiter.waitMs(lane, turn), ...(expectedMs !== undefined && { expectedMs }) }
      },
    })
  }

  /** The best peer; the next best, too, when that one is slow or fails; the first chunk decides. */
  async function askBest(
    protocol: Protocol<unknown, unknown>,
    request: unknown,
    options: RequestOptions,
    signal: AbortSignal,
    tried: Set<string>,
    deliver: (chunk: LightClientObject, from: string) => Promise<void> | void,
  ): Promise<void> {
    const asked = new Set<string>()
    const running = new Map<string, ReturnType<typeof linkSignals>>()
    const over = Promise.withResolvers<void>()
    let winner: string | undefined
    let cancelHedge = (): void => {}

    function start(): boolean {
      if (asked.size >= MAX_PEERS_ASKED) return false
      const id = choose(protocol, options, new Set([...asked, ...(options.exclude ?? [])]))
      if (id === undefined) return false
      asked.add(id)
      const own = linkSignals(signal)
      running.set(id, own)
      cancelHedge()
      cancelHedge = clock.setTimer(() => void start(), HEDGE_MS)
      askPeer(protocol, request, id, options, own.signal, async (chunk) => {
        if (winner === undefined) {
          winner = id
          tried.add(id)
          cancelHedge()
          for (const [other, link] of running) if (other !== id) link.abort(new LamparaError('aborted', 'Slower'))
        }
        await deliver(chunk, id)
      }).then(
        () => end(id),
        (error: unknown) => end(id, error),
      )
      return true
    }

    function end(id: string, error?: unknown): void {
      running.delete(id)
      if (winner !== undefined && winner !== id) return
      if (signal.aborted) {
        over.reject(signal.reason)
        return
      }
      tried.add(id)
      if (error === undefined) over.resolve()
      else if (winner === id || (!start() && running.size === 0)) over.reject(error)
    }

    if (!start()) throw new LamparaError('peer_unavailable', 'Cannot get it: no connected peer offers it')
    try {
      await over.promise
    } finally {
      cancelHedge()
    }
  }

  return function request(protocol: Protocol<unknown, unknown>, body: unknown, options: RequestOptions = {}) {
    const stop = linkSignals(options.signal)
    const tried = new Set<string>()
    const cancelLimit = clock.setTimer(
      () => stop.abort(new LamparaError('total_timeout', 'Cannot get it: it takes too long')),
      EXCHANGE_MS,
    )
    const queue = createQueue<{ readonly chunk: LightClientObject; readonly sender: string }>({
      maxQueued: 256,
      overflow: 'drop-oldest',
    })
    let from: string | undefined
    const { peer } = options
    const running = (async () => {
      if (peer === undefined) {
        return askBest(
          protocol,
          body,
          options,
          stop.signal,
          tried,
          (chunk, sender) => void queue.push({ chunk, sender }),
        )
      }
      try {
        await askPeer(protocol, body, peer, options, stop.signal, (chunk) => void queue.push({ chunk, sender: peer }))
      } finally {
        tried.add(peer)
      }
    })()
    running.finally(cancelLimit).then(
      () => queue.end(),
      (error: unknown) => queue.fail(error),
    )
    const exchange = {
      ended: running.then(() => ({ outcome: 'complete' as const })),
      get from() {
        return from
      },
      get tried() {
        return [...tried]
      },
      async *[Symbol.asyncIterator]() {
        try {
          for await (const { chunk, sender } of queue) {
            from = sender
            yield chunk
          }
        } finally {
          stop.abort(new LamparaError('aborted', 'The caller left'))
        }
      },
      async single() {
        for await (const chunk of exchange) return chunk
        throw new LamparaError('response_empty', 'The answer is empty')
      },
    }
    exchange.ended.catch(() => {})
    return exchange
  }
}
