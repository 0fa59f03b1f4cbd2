import type { Connection } from '@libp2p/interface'
import { createInboundGate, type InboundGate } from '../../peers/discovery.ts'
import type { Platform } from '../../platform/platform.ts'
import type { NetworkOptions } from '../types.ts'
import { peerLimits } from './peer-limits.ts'

/** Of the connections that libp2p lets be in the handshake at once (50), those of one network group. */
const PENDING_PER_GROUP = 10

/** How a node that can be dialed is protected. */
export interface InboundProtection {
  readonly gate: InboundGate
  /** For libp2p, beyond our own limits. */
  readonly maxConnections: number
}

/** The gate and the bound of a node that peers can dial; nothing where none can. */
export function createInboundLimits(
  platform: Platform,
  options: NetworkOptions,
  connections: () => readonly Connection[],
): InboundProtection | undefined {
  const { role = 'peer', listen = [], unconditionalPeers = [] } = options
  if (listen.length === 0) return undefined
  const { hard, perGroup } = peerLimits(platform, options)
  const exempt = new Set(unconditionalPeers)
  const gate = createInboundGate({
    limits: {
      inbound: hard.inbound,
      perGroup: perGroup.inbound,
      pendingPerGroup: role === 'relay' ? Number.POSITIVE_INFINITY : PENDING_PER_GROUP,
    },
    isUnconditional: (peerId) => exempt.has(peerId),
    hasUnconditional: exempt.size > 0,
    connections,
  })
  return { gate, maxConnections: hard.all }
}
