import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { PeerId } from '@libp2p/interface'
import { createEvictingMap } from '../limits/evicting-map.ts'
import { createTokenBucket, type TokenBucket } from '../limits/token-bucket.ts'
import type { Libp2pService } from '../platform/transports.ts'
import type { Clock } from '../streams/clock.ts'
import { loadCircuitRelay } from '../webrtc/load.ts'

/** Bounds on a bootnode's relay, over which pages agree on a WebRTC connection of their own. */
export interface RelayLimits {
  /** Clients that others can reach, at once. */
  readonly reservations: number
  /** Bytes of one relayed connection, both directions together: agreeing takes some 20 KB. */
  readonly bytes: number
  /** How long one may last, in milliseconds. */
  readonly durationMs: number
  /** Those that one client has under way, and those to one client. */
  readonly perPeer: number
  /** Those of one client, and those to one client, at once and a minute on average. */
  readonly burst: number
  readonly perMinute: number
}

/** What a relay allows unless told otherwise. */
export const defaultRelayLimits: RelayLimits = {
  reservations: 256,
  bytes: 128 * 1024,
  durationMs: 60_000,
  perPeer: 8,
  burst: 16,
  perMinute: 20,
}

/** What the relay has done so far. */
export interface RelayCounts {
  /** Clients that others can reach, at present. */
  readonly reservations: number
  /** Connections relayed. */
  readonly connected: number
  /** Connections refused for asking too often, or for being asked for too often. */
  readonly refused: number
}

/** A relay for one node. */
export interface CircuitRelay {
  readonly service: Libp2pService
  readonly counts: RelayCounts
}

/** As many clients' turns are remembered; beyond that, new ones are refused until some can be forgotten. */
const MAX_REMEMBERED = 20_000

/** The relay that a bootnode's options ask for. @throws LamparaError as `createCircuitRelay()` */
export async function openRelay(
  relay: boolean | Partial<RelayLimits> | undefined = false,
  clock: Clock,
): Promise<CircuitRelay | undefined> {
  if (relay === false) return undefined
  return createCircuitRelay({ ...defaultRelayLimits, ...(relay === true ? {} : relay) }, clock)
}

/** Makes a circuit relay (v2). @throws LamparaError `runtime_unsupported` where its package is not installed */
export async function createCircuitRelay(limits: RelayLimits, clock: Clock): Promise<CircuitRelay> {
  const { circuitRelayServer } = await loadCircuitRelay()
  const { bytes, durationMs, perPeer, burst, perMinute } = limits
  const isIdle = ({ full }: TokenBucket): boolean => full
  const turns = createEvictingMap<TokenBucket>({ maxSize: MAX_REMEMBERED, isIdle })
  const newBucket = (): TokenBucket => createTokenBucket({ capacity: burst, perSecond: perMinute / 60, clock })
  let server: CircuitRelayService | undefined
  let connected = 0
  let refused = 0

  function mayConnect(from: PeerId, to: PeerId): boolean {
    const buckets = [turns.get(`from ${from}`, newBucket), turns.get(`to ${to}`, newBucket)]
    if (buckets.some((bucket) => bucket === undefined || bucket.waitMs() > 0)) {
      refused++
      return false
    }
    for (const bucket of buckets) bucket?.spend(1)
    connected++
    return true
  }

  const relay = circuitRelayServer({
    hopTimeout: 10_000,
    maxInboundHopStreams: perPeer,
    maxOutboundStopStreams: perPeer,
    reservations: {
      maxReservations: limits.reservations,
      defaultDataLimit: BigInt(bytes),
      defaultDurationLimit: durationMs,
    },
  })
  return {
    service(components) {
      const connectionGater = Object.create(components.connectionGater, {
        denyOutboundRelayedConnection: { value: (from: PeerId, to: PeerId) => !mayConnect(from, to) },
      })
      server = relay(Object.create(components, { connectionGater: { value: connectionGater } }))
      return server
    },
    get counts() {
      return { reservations: server?.reservations.size ?? 0, connected, refused }
    },
  }
}
