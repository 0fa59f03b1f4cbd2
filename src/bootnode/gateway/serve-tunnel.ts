import type { Socket } from 'node:net'
import type { Stream } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import { deadline, linkSignals, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { collectTunnelRequest, encodeTunnelReply } from '../../tunnel/frames.ts'
import { type StreamTapEvents, tapStream } from '../../tunnel/stream-tap.ts'
import type { TunnelTarget } from '../../tunnel/target.ts'
import type { Admission, Lease, Refusal, TunnelClient } from './admission.ts'
import { connectTcp, resetSocket } from './connect.ts'
import type { GatewayLimits } from './limits.ts'
import { type createGatewayMetrics, type RefusalReason, refusalStatus } from './metrics.ts'
import { moveBytes } from './move-bytes.ts'
import type { IpPolicy } from './targets/ip-policy.ts'
import { type NameLookup, resolveTarget } from './targets/resolve.ts'

/** What all tunnels of a gateway share. */
export interface GatewayParts {
  readonly clock: Clock
  readonly limits: GatewayLimits
  readonly policy: IpPolicy
  readonly lookup: NameLookup
  readonly admission: Admission
  readonly counts: ReturnType<typeof createGatewayMetrics>
  /** True for a target that tunnels may lead to. */
  isKnown(target: TunnelTarget): boolean
  /** True for a peer of our own that clients are to leave alone. */
  isSpared(target: TunnelTarget): boolean
  /** Ends all of them. */
  readonly signal: AbortSignal
}

/** A refused client has so long to close its side. */
const LINGER_MS = 1000
/** By then we may have more peers. */
const SPARED_MS = 60_000
const STOPPED: Refusal = { refused: 'stopped', retryAfterMs: 0 }
/** Nobody is there to hear why, or has said what for. */
const UNANSWERED: ReadonlySet<RefusalReason> = new Set(['request_late', 'request_broken', 'client_gone', 'stopped'])

/** Why a request led nowhere, on its way to the one place that answers and counts it. */
class Refused extends Error {
  readonly refusal: Refusal
  constructor(refused: RefusalReason, retryAfterMs = 0) {
    super(refused)
    this.refusal = { refused, retryAfterMs }
  }
}

/** Serves one stream from request to end. Call it in the turn in which libp2p hands the stream over. Never rejects. */
export async function serveTunnel(stream: Stream, client: TunnelClient, parts: GatewayParts): Promise<void> {
  const { clock, limits, counts, admission } = parts
  const gone = linkSignals(parts.signal)
  const request = Promise.withResolvers<{ target: TunnelTarget; early: Uint8Array }>()
  const collector = collectTunnelRequest()
  let events: StreamTapEvents = {
    onBytes(bytes) {
      try {
        const whole = collector.push(bytes)
        if (whole === undefined) return
        tap.pause()
        request.resolve({ target: whole.frame, early: whole.rest })
      } catch {
        events = { ...events, onBytes() {} }
        request.reject(new Refused('request_invalid'))
      }
    },
    onEnd: () => request.reject(new Refused('request_broken')),
    onClose: () => gone.abort(new Refused('client_gone')),
  }
  const tap = tapStream(stream, {
    onBytes: (bytes) => events.onBytes(bytes),
    onEnd: () => events.onEnd(),
    onClose: (error) => events.onClose(error),
  })
  let lease: Lease | undefined
  try {
    const { target, early } = await within(limits.requestMs, 'request_late', (signal) =>
      raceSignal(request.promise, signal),
    )
    orRefuse(admission.countRequest(client))
    if (!parts.isKnown(target)) throw new Refused('target_unknown')
    if (parts.isSpared(target)) throw new Refused('target_upstream', SPARED_MS)
    lease = orRefuse(admission.admit(client, target))
    const socket = await dial(target, lease)
    try {
      gone.signal.throwIfAborted()
      stream.send(encodeTunnelReply({ status: 'ok', retryAfterMs: 0 }))
    } catch {
      resetSocket(socket)
      throw new Refused('client_gone')
    }
    const onMoved = (bytes: number, to: 'target' | 'client'): void => {
      if (to === 'target') counts.bytesToTargets += bytes
      else counts.bytesToClients += bytes
    }
    const open = moveBytes({ stream, tap, socket, lease, limits, clock, early, onMoved, signal: parts.signal })
    events = open.events
    counts.live++
    counts.opened++
    open.start()
    counts.ended[await open.over]++
    counts.live--
  } catch (error) {
    const { refused, retryAfterMs } = error instanceof Refused ? error.refusal : STOPPED
    counts.refused[refused]++
    await refuse(refused, retryAfterMs)
  } finally {
    tap.detach()
    lease?.end()
    gone.dispose()
  }

  async function refuse(refused: RefusalReason, retryAfterMs: number): Promise<void> {
    const closed = Promise.withResolvers<void>()
    events = { onBytes() {}, onEnd: () => closed.resolve(), onClose: () => closed.resolve() }
    const cancel = clock.setTimer(closed.resolve, LINGER_MS)
    try {
      if (UNANSWERED.has(refused)) return
      stream.send(encodeTunnelReply({ status: refusalStatus[refused], retryAfterMs }))
      stream.close().catch(() => {})
      tap.resume()
      await raceSignal(closed.promise, parts.signal)
    } catch {
      // The client is gone, or we are about to be.
    } finally {
      cancel()
      stream.abort(new LamparaError('peer_disconnected', `No tunnel: ${refused}`))
    }
  }

  function within<T>(ms: number, late: RefusalReason, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = deadline({ clock, afterMs: ms, error: () => new Refused(late), signal: gone.signal })
    return work(limit.signal).finally(limit.cancel)
  }

  function dial(target: TunnelTarget, { dialed }: Lease): Promise<Socket> {
    counts.dialing++
    return within(limits.connectMs, 'connect_late', (signal) => connect(target, signal)).finally(() => {
      counts.dialing--
      dialed()
    })
  }

  async function connect({ host, port }: TunnelTarget, signal: AbortSignal): Promise<Socket> {
    const { lookup, policy } = parts
    const resolved = await resolveTarget(host, { lookup, policy, signal })
    if (resolved.refused !== undefined) throw new Refused(resolved.refused)
    try {
      return await connectTcp(resolved.ip, port, signal)
    } catch (error) {
      throw signal.aborted ? error : new Refused('unreachable')
    }
  }
}

function orRefuse<Admitted>(answer: Admitted | Refusal): Exclude<Admitted, Refusal> {
  if (isRefusal(answer)) throw new Refused(answer.refused, answer.retryAfterMs)
  return answer as Exclude<Admitted, Refusal>
}

function isRefusal(answer: unknown): answer is Refusal {
  return (answer as Refusal | undefined)?.refused !== undefined
}
