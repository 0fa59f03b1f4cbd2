import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../streams/clock.ts'
import type { TunnelTarget } from '../../tunnel/target.ts'
import { createAdmission, type TunnelClient } from './admission.ts'
import { defaultGatewayLimits, type GatewayLimits } from './limits.ts'
import { createGatewayMetrics, type GatewayMetrics } from './metrics.ts'
import { serveTunnel } from './serve-tunnel.ts'
import { type IpPolicy, mayConnectTo, networkOf } from './targets/ip-policy.ts'
import { type NameLookup, systemLookup } from './targets/resolve.ts'

/** Options of `createGateway()`. */
export interface GatewayOptions {
  readonly clock: Clock
  /** True for a target that tunnels may lead to: one that was reached, or that the operator named. */
  isKnown(target: TunnelTarget): boolean
  /** True for a peer of our own that clients are to leave alone for now. @default none is */
  isSpared?(target: TunnelTarget): boolean
  /** @default 'public' */
  readonly policy?: IpPolicy | undefined
  /** @default `defaultGatewayLimits`, for each that is not given */
  readonly limits?: Partial<GatewayLimits> | undefined
  /** @default this machine's */
  readonly lookup?: NameLookup | undefined
}

/** Opens tunnels to TCP peers for others (docs/tunnel.md). */
export interface Gateway {
  /** Serves a stream of the tunnel's protocol. Call it in the turn in which libp2p hands it over. */
  handle(stream: Stream, connection: Pick<Connection, 'remotePeer' | 'remoteAddr'>): void
  /** How many streams libp2p should let one connection open: some more than may live, which are told so. */
  readonly maxStreams: number
  /** What it has done so far; a copy. */
  readonly counts: GatewayMetrics
  /** Ends all tunnels and takes no more. Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Makes a gateway. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, isKnown, isSpared = () => false, policy = 'public', lookup = systemLookup } = options
  const limits = { ...defaultGatewayLimits, ...options.limits }
  const counts = createGatewayMetrics()
  const stopping = new AbortController()
  const serving = new Set<Promise<void>>()
  const parts = {
    clock,
    limits,
    policy,
    lookup,
    counts,
    isKnown,
    isSpared,
    admission: createAdmission(limits, clock),
    signal: stopping.signal,
  }
  return {
    maxStreams: limits.client.live * 2,
    handle(stream, connection) {
      const served = serveTunnel(stream, clientOf(connection), parts).finally(() => serving.delete(served))
      serving.add(served)
    },
    get counts() {
      return { ...counts, refused: { ...counts.refused }, ended: { ...counts.ended } }
    },
    async stop() {
      stopping.abort()
      await Promise.all(serving)
    },
  }
}

function clientOf({ remotePeer, remoteAddr }: Pick<Connection, 'remotePeer' | 'remoteAddr'>): TunnelClient {
  const host = remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
  // Behind a proxy everyone comes from one private address.
  const network = host !== undefined && mayConnectTo(host, 'public') ? networkOf(host) : undefined
  return { peerId: remotePeer.toString(), network }
}
