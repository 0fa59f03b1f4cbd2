import type { Libp2p } from '@libp2p/interface'
import type { Chain } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import { linkSignals, onAbort } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { type AnswerContext, answer } from './answer.ts'
import { type ExchangeContext, startExchange } from './exchange.ts'
import { createHoldOffs } from './hold-off.ts'
import { createLimiter } from './limiter.ts'
import type { ReportOffence, ReportRequest, ReportServed, SelectPeer } from './peer-hooks.ts'
import { createQuotaKeeper } from './quota.ts'
import { createSpeeds } from './speeds.ts'
import type { Handler, Protocol, ReqResp } from './types.ts'
import { servedVersions } from './versions.ts'

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
  /** Told of each fault that a peer can be blamed for. */
  readonly onOffence: ReportOffence
  /** Told of each complete answer to a request of ours. */
  readonly onServed?: ReportServed
  /** Takes note of each request that is over: `complete`, `stopped`, or the code of the error, and how long it took. */
  readonly onRequest?: ReportRequest
  /** Aborting it is as good as `stop()`. */
  readonly signal?: AbortSignal
}

/**
 * The request/response behaviour over a running libp2p node (consensus-specs phase0/p2p-interface.md, "The Req/Resp domain").
 *
 * @returns the behaviour; `stop()` ends every exchange with `stopped`, serves nothing more, and resolves when all is let go; idempotent
 */
export function createReqResp(options: ReqRespOptions): ReqResp & { stop(): Promise<void> } {
  const { libp2p, chain, clock, selectPeer, onOffence, onServed, onRequest } = options
  const life = linkSignals(options.signal)
  const underWay = new Set<Promise<void>>()
  const withdrawals = new Set<() => void>()

  const holdOffs = createHoldOffs(clock)
  const asking: ExchangeContext = {
    libp2p,
    chain,
    clock,
    selectPeer,
    onOffence,
    onServed,
    signal: life.signal,
    speeds: createSpeeds(clock),
    holdOffs,
    limiter: createLimiter({
      clock,
      holdOffs,
      maxActive: MAX_CONCURRENT_REQUESTS,
      maxWaiting: MAX_WAITING_REQUESTS,
    }),
  }
  const answering: AnswerContext = {
    chain,
    clock,
    onOffence,
    quotas: createQuotaKeeper(clock),
    limiter: createLimiter({ clock, maxActive: MAX_CONCURRENT_REQUESTS, maxWaiting: MAX_WAITING_REQUESTS }),
  }

  const track = (work: Promise<unknown>): void => {
    const settled: Promise<void> = work
      .catch(() => {})
      .then(() => {
        underWay.delete(settled)
      })
    underWay.add(settled)
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
            const answered = answer(
              answering,
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
      const exchange = startExchange(asking, protocol, request, requestOptions)
      const begunAtMs = performance.now()
      const note = (outcome: string): void =>
        onRequest?.('outbound', protocol.name, outcome, performance.now() - begunAtMs)
      track(
        exchange.ended.then(
          ({ how }) => note(how),
          (error) => note(isLamparaError(error) ? error.code : 'aborted'),
        ),
      )
      return exchange
    },
    serve,
    async stop() {
      if (!life.signal.aborted) life.abort(new LamparaError('stopped', 'The network has stopped'))
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
