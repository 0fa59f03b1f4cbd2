import type { Libp2p } from '@libp2p/interface'
import type { Chain } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import { linkSignals, onAbort } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ReportPenalty, ReportRequest, ReportServed, SelectPeer } from './callbacks.ts'
import { createHoldOffs } from './limits/hold-off.ts'
import { createRateLimiter } from './limits/rate-limit.ts'
import { createRequestQueue } from './limits/request-queue.ts'
import { servedVersions } from './protocols/versions.ts'
import { type RequestContext, startRequest } from './request/response-stream.ts'
import { createResponseTimes } from './request/response-times.ts'
import { type ResponderContext, respond } from './respond/respond.ts'
import type { Handler, Protocol, ReqResp } from './types.ts'

/** MAX_CONCURRENT_REQUESTS (phase0/p2p-interface.md): per protocol and peer, in each direction. */
const MAX_CONCURRENT_REQUESTS = 2
/** Requests of our own that may wait for a turn with one peer and protocol. */
const MAX_WAITING_REQUESTS = 64
/** Streams of one protocol that a connection may have open to us; libp2p resets those beyond. */
const MAX_INBOUND_STREAMS = 8

/** Options of `createReqResp()`. */
export interface ReqRespOptions {
  readonly libp2p: Pick<Libp2p, 'getConnections' | 'getProtocols' | 'handle' | 'unhandle'>
  readonly chain: Chain
  readonly clock: Clock
  /** Chooses whom to ask when a request names nobody. */
  readonly selectPeer: SelectPeer
  /** Called for each fault that a peer can be blamed for. */
  readonly onPenalty: ReportPenalty
  /** Called for each complete answer to a request of ours. */
  readonly onServed?: ReportServed
  /** Called as a peer begins a request to us. */
  readonly onAsked?: ReportServed
  /** Takes note of each request that is over: `complete`, `cancelled`, or the code of the error, and how long it took. */
  readonly onRequest?: ReportRequest
  /** Aborting it is as good as `stop()`. */
  readonly signal?: AbortSignal
}

/**
 * The request/response behaviour over a running libp2p node (consensus-specs phase0/p2p-interface.md, "The Req/Resp domain").
 *
 * @returns the behaviour; `stop()` ends every exchange with `stopped`, serves nothing more, and resolves when everything is released; idempotent
 */
export function createReqResp(options: ReqRespOptions): ReqResp & { stop(): Promise<void> } {
  const { libp2p, chain, clock, selectPeer, onPenalty, onServed, onAsked, onRequest } = options
  const life = linkSignals(options.signal)
  const pending = new Set<Promise<void>>()
  const withdrawals = new Set<() => void>()

  const holdOffs = createHoldOffs(clock)
  const requestContext: RequestContext = {
    libp2p,
    chain,
    clock,
    selectPeer,
    onPenalty,
    onServed,
    signal: life.signal,
    responseTimes: createResponseTimes(clock),
    holdOffs,
    queue: createRequestQueue({
      clock,
      holdOffs,
      maxActive: MAX_CONCURRENT_REQUESTS,
      maxWaiting: MAX_WAITING_REQUESTS,
    }),
  }
  const responderContext: ResponderContext = {
    chain,
    clock,
    onPenalty,
    rateLimiter: createRateLimiter(clock),
    queue: createRequestQueue({ clock, maxActive: MAX_CONCURRENT_REQUESTS, maxWaiting: MAX_WAITING_REQUESTS }),
  }

  const track = (work: Promise<unknown>): void => {
    const settled: Promise<void> = work
      .catch(() => {})
      .then(() => {
        pending.delete(settled)
      })
    pending.add(settled)
  }

  const serve = <Request, Response>(
    protocol: Protocol<Request, Response>,
    handler: Handler<Request, Response>,
  ): (() => void) => {
    if (life.signal.aborted) throw new LamparaError('stopped', `Cannot serve ${protocol.name}: the network has stopped`)
    const versions = servedVersions(protocol)
    const ids = versions.map((version) => version.protocol.id)
    const taken = libp2p.getProtocols().find((id) => ids.includes(id))
    if (taken) throw new LamparaError('invalid_argument', `Cannot serve ${protocol.name}: ${taken} is served already`)
    const service = linkSignals(life.signal)
    for (const version of versions) {
      const { signal } = service
      libp2p
        .handle(
          version.protocol.id,
          (stream, connection) => {
            const begunAtMs = performance.now()
            onAsked?.(connection.remotePeer.toString(), protocol)
            const answered = respond(
              responderContext,
              { protocol, version, handler, signal },
              stream,
              connection.remotePeer.toString(),
            )
            track(
              answered.then((outcome) => {
                onRequest?.('inbound', protocol.name, outcome, performance.now() - begunAtMs)
              }),
            )
          },
          { maxInboundStreams: MAX_INBOUND_STREAMS },
        )
        .catch(() => {})
    }
    const withdraw = (): void => {
      if (!withdrawals.delete(withdraw)) return
      service.abort(new LamparaError('stopped', `${protocol.name} is served no more`))
      track(libp2p.unhandle(ids))
    }
    withdrawals.add(withdraw)
    return withdraw
  }

  onAbort(life.signal, () => {
    for (const withdraw of withdrawals) withdraw()
  })

  return {
    request(protocol, request, requestOptions = {}) {
      const exchange = startRequest(requestContext, protocol, request, requestOptions)
      const begunAtMs = performance.now()
      const note = (outcome: string): void =>
        onRequest?.('outbound', protocol.name, outcome, performance.now() - begunAtMs)
      track(
        exchange.completed.then(
          ({ outcome: how }) => note(how),
          (error) => note(isLamparaError(error) ? error.code : 'aborted'),
        ),
      )
      return exchange
    },
    serve,
    async stop() {
      if (!life.signal.aborted) life.abort(new LamparaError('stopped', 'The network has stopped'))
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
