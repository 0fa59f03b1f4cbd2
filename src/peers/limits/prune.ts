import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { goodbyeCode } from './goodbye-code.ts'
import { lowestValuePeers, type PeerStats } from './peer-value.ts'

const PRUNE_EVERY_MS = 30_000
/** Of those beyond a limit, how many go at once: at least one, at most a fifth of the limit. */
const MAX_SHARE = 0.2

/** What pruning needs. */
export interface PruneOptions {
  readonly clock: Clock
  readonly limits: PruneLimits
  /** Facts on the ready peers. */
  stats(): readonly PeerStats[]
  /** Says goodbye with a code and closes. */
  disconnect(peerId: string, reason: string, code: number): Promise<void>
}

/** How many peers may count; unconditional and persistent ones are not among them. */
export interface PruneLimits {
  readonly all: number
  /** Those that dialed us. */
  readonly inbound: number
}

/** Peers to disconnect to satisfy the limits, inbound first, a few at a time. */
export function beyondLimits(peers: readonly PeerStats[], limits: PruneLimits, nowMs: number): readonly PeerStats[] {
  const limited = peers.filter(({ view, unconditional }) => !view.persistent && !unconditional)
  const inbound = limited.filter(({ view }) => view.direction === 'inbound')
  const tooManyInbound = atOnce(inbound.length, limits.inbound)
  if (tooManyInbound > 0) {
    const outbound = new Set(peers.filter(({ view }) => view.direction === 'outbound'))
    return lowestValuePeers(peers, tooManyInbound, nowMs, outbound)
  }
  return lowestValuePeers(peers, atOnce(limited.length, limits.all), nowMs)
}

function atOnce(count: number, limit: number): number {
  return Math.max(0, Math.min(count - limit, Math.max(1, Math.floor(limit * MAX_SHARE))))
}

/** Disconnects the least valuable every half minute while there are more than the limits allow. @returns how to stop */
export function startPruning({ clock, limits, stats, disconnect }: PruneOptions): () => void {
  let cancel: CancelTimer

  function prune(): void {
    cancel = clock.setTimer(prune, PRUNE_EVERY_MS)
    for (const { view } of beyondLimits(stats(), limits, clock.now())) {
      disconnect(view.id, 'pruned: lowest value', goodbyeCode(view)).catch(() => {})
    }
  }

  cancel = clock.setTimer(prune, PRUNE_EVERY_MS)
  return () => cancel()
}
