import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { partingCode } from './parting-code.ts'
import { leastUseful, type PeerFacts } from './usefulness.ts'

const PRUNE_EVERY_MS = 30_000
/** Of those beyond a limit, how many go at once: at least one, at most a fifth of the limit. */
const MAX_SHARE = 0.2

/** What pruning needs. */
export interface PruneOptions {
  readonly clock: Clock
  readonly limits: PruneLimits
  /** Facts on the peers that count. */
  facts(): readonly PeerFacts[]
  /** Says goodbye with a code and closes. */
  leave(peerId: string, reason: string, code: number): Promise<void>
}

/** How many peers may count; unconditional and persistent ones are not among them. */
export interface PruneLimits {
  readonly all: number
  /** Those that dialed us. */
  readonly inbound: number
}

/**
 * Whom to part from so that the limits hold: of those that dialed us while they are too many, then of all. A few at a time, so
 * that those that remain can be judged anew.
 */
export function beyondLimits(peers: readonly PeerFacts[], limits: PruneLimits, nowMs: number): readonly PeerFacts[] {
  const limited = peers.filter(({ view, unconditional }) => !view.persistent && !unconditional)
  const inbound = limited.filter(({ view }) => view.direction === 'inbound')
  const tooManyInbound = atOnce(inbound.length, limits.inbound)
  if (tooManyInbound > 0) {
    const outbound = new Set(peers.filter(({ view }) => view.direction === 'outbound'))
    return leastUseful(peers, tooManyInbound, nowMs, outbound)
  }
  return leastUseful(peers, atOnce(limited.length, limits.all), nowMs)
}

function atOnce(count: number, limit: number): number {
  return Math.max(0, Math.min(count - limit, Math.max(1, Math.floor(limit * MAX_SHARE))))
}

/** Parts from the least useful every half minute while there are more than the limits allow. @returns how to stop */
export function startPruning({ clock, limits, facts, leave }: PruneOptions): () => void {
  let cancel: CancelTimer

  function prune(): void {
    cancel = clock.setTimer(prune, PRUNE_EVERY_MS)
    for (const { view } of beyondLimits(facts(), limits, clock.now())) {
      leave(view.id, 'others are of more use', partingCode(view)).catch(() => {})
    }
  }

  cancel = clock.setTimer(prune, PRUNE_EVERY_MS)
  return () => cancel()
}
