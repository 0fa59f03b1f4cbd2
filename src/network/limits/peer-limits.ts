import type { Platform } from '../../platform/platform.ts'
import type { NetworkOptions } from '../types.ts'

/** How many peers a network has, in all ways in which that is bounded. */
export interface PeerLimits {
  /** Peers to hold. */
  readonly target: number
  readonly maxConnections: number
  readonly maxInbound: number
  readonly maxOutbound: number
  readonly perGroup: { readonly inbound: number; readonly outbound: number }
  /** Connections at once that the gate lets in, and libp2p after it: some more than may stay, so that newcomers have a chance. */
  readonly hard: { readonly inbound: number; readonly all: number }
}

const DEFAULT = {
  browser: { target: 8, connections: 20 },
  node: { target: 10, connections: 100 },
} as const
const OUTBOUND_PER_GROUP = 3
/** Of those that may dial us, how many of one network group. */
const INBOUND_GROUP_SHARE = 0.1
/** Beyond what may stay. */
const HEADROOM = 0.1
/** Dials under way, and persistent peers, which no limit holds for. */
const UNLIMITED = 64

/** The limits that the options ask for. */
export function peerLimits(platform: Pick<Platform, 'name'>, options: NetworkOptions): PeerLimits {
  const { role = 'peer', unconditionalPeers = [], bootnodes = [], staticPeers = [] } = options
  const preset = DEFAULT[platform.name]
  const target = options.targetPeers ?? preset.target
  const maxConnections = options.maxConnections ?? preset.connections
  const maxOutbound = options.maxOutbound ?? target
  const reserved = Math.min(maxOutbound, Math.floor(maxConnections / 2))
  const maxInbound = options.maxInbound ?? maxConnections - reserved
  const inboundPerGroup = Math.max(OUTBOUND_PER_GROUP, Math.ceil(maxInbound * INBOUND_GROUP_SHARE))
  const inbound = role === 'relay' ? maxInbound : withHeadroom(maxInbound)
  const exempt = unconditionalPeers.length + bootnodes.length + staticPeers.length + UNLIMITED
  return {
    target,
    maxConnections,
    maxInbound,
    maxOutbound,
    perGroup: {
      // A relay's clients may all come through one proxy.
      inbound: options.maxPerSubnet ?? (role === 'relay' ? Number.POSITIVE_INFINITY : inboundPerGroup),
      outbound: options.maxPerSubnet ?? OUTBOUND_PER_GROUP,
    },
    hard: { inbound, all: Math.max(inbound + maxOutbound, maxConnections) + exempt },
  }
}

function withHeadroom(limit: number): number {
  return limit === 0 ? 0 : limit + Math.max(1, Math.ceil(limit * HEADROOM))
}
