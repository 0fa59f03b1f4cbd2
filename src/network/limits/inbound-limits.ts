import type { Budgets } from '../../limits/budgets.ts'
import { createHandshakes } from '../../limits/handshakes.ts'
import { createInboundGate, type InboundGate } from '../../peers/limits/inbound-gate.ts'
import type { Clock } from '../../streams/clock.ts'
import type { NetworkOptions } from '../types.ts'
import type { PeerLimits } from './peer-limits.ts'
import { createSeatKeeper, type SeatKeeper, type SeatSources } from './seat-holders.ts'

/** Of the handshakes that may be under way at once (50), those of one network group. */
const PENDING_PER_GROUP = 10

/** How a node that can be dialed is protected. */
export interface InboundProtection {
  readonly gate: InboundGate
  /** Lets the gate know its peers, once there is what knows them. */
  keepSeats(sources: SeatSources): SeatKeeper
  /** For libp2p, beyond our own limits. */
  readonly maxConnections: number
}

/** The gate and the bound of a node that peers can dial. */
export function createInboundLimits(
  { hard, perGroup }: PeerLimits,
  options: NetworkOptions,
  clock: Clock,
  budgets: Pick<Budgets, 'limits' | 'count' | 'notePeak'>,
): InboundProtection {
  const { role = 'peer', unconditionalPeers = [] } = options
  const exempt = new Set(unconditionalPeers)
  const isRelay = role === 'relay'
  const gate = createInboundGate({
    clock,
    limits: {
      inbound: hard.inbound,
      perGroup: perGroup.inbound,
      pendingPerGroup: isRelay ? Number.POSITIVE_INFINITY : PENDING_PER_GROUP,
    },
    handshakes: createHandshakes(budgets.limits.handshakes, clock, budgets),
    // Elsewhere there is room for some more than may stay, and the least valuable are pruned.
    reassignsSeats: isRelay,
    isUnconditional: (peerId) => exempt.has(peerId),
    hasUnconditional: exempt.size > 0,
    count: budgets.count,
  })
  return {
    gate,
    maxConnections: hard.all,
    keepSeats(sources) {
      const keeper = createSeatKeeper(sources)
      gate.setHolders(keeper)
      return keeper
    },
  }
}
