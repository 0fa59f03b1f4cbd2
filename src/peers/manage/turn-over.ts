import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { partingCode } from './parting-code.ts'
import { leastUseful, type PeerFacts } from './usefulness.ts'

const TURN_EVERY_MS = 2 * 60_000

/** What turnover needs. */
export interface TurnoverOptions {
  readonly clock: Clock
  readonly random: () => number
  /** True when as many peers are connected as wanted, and there is another to dial. */
  canReplace(): boolean
  /** Facts on the peers that count. */
  facts(): readonly PeerFacts[]
  /** Leaves a peer for another. */
  replace(peerId: string, reason: string, code: number): Promise<void>
}

/**
 * Replaces the least useful of the peers that we dialed by another every two minutes, more or less: whom we met first is not
 * for ever the best, and whoever surrounds us has to keep it up. Half of them, those that have been there longest, stay. Those that dialed us are no matter of turnover: in their
 * place others of their choice would come, not of ours. @returns how to stop
 */
export function startTurnover({ clock, random, canReplace, facts, replace }: TurnoverOptions): () => void {
  let cancel: CancelTimer

  function arm(): void {
    cancel = clock.setTimer(turn, TURN_EVERY_MS * (0.75 + random() / 2))
  }

  function turn(): void {
    arm()
    if (!canReplace()) return
    const outbound = facts().filter(({ view }) => view.direction === 'outbound')
    const byAge = outbound.toSorted((a, b) => a.view.connectedAtMs - b.view.connectedAtMs)
    const spared = new Set(byAge.slice(0, outbound.length >> 1))
    // By chance among equals: were it always the newest, one that came late would never stay.
    const [least] = leastUseful(outbound, 1, clock.now(), spared, random)
    if (least !== undefined) replace(least.view.id, 'it is time for another', partingCode(least.view)).catch(() => {})
  }

  arm()
  return () => cancel()
}
