import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { partingCode } from './parting-code.ts'
import { leastUseful, type PeerFacts } from './usefulness.ts'

const TURN_EVERY_MS = 2 * 60_000
/** While lineages have no seat: within so long each of them is to get one. */
const ROUND_MS = 60_000
/** But no more often than this: a peer is to be of use before it goes. */
const HURRIED_TURN_MS = 30_000

/** What turnover needs. */
export interface TurnoverOptions {
  readonly clock: Clock
  readonly random: () => number
  /** True when as many peers are connected as wanted, and there is another to dial. */
  canReplace(): boolean
  /** How many lineages of candidates there are of which nobody is connected. */
  waitingLineages(): number
  /** Facts on the peers that count. */
  facts(): readonly PeerFacts[]
  /** Leaves a peer for another. */
  replace(peerId: string, reason: string, code: number): Promise<void>
}

/**
 * Replaces the least useful of the peers that we dialed by another every two minutes, more or less: whom we met first is not
 * for ever the best, and whoever surrounds us has to keep it up. Sooner, down to half a minute, while there are lineages of
 * which nobody is connected: an honest one may be among them, and a short contact is enough to learn what is newer. Half of
 * our peers, those that have been there longest, stay. Those that dialed us are no matter of turnover: in their place others
 * of their choice would come, not of ours. @returns how to stop
 */
export function startTurnover(options: TurnoverOptions): () => void {
  const { clock, random, canReplace, waitingLineages, facts, replace } = options
  let cancel: CancelTimer

  function arm(): void {
    const waiting = waitingLineages()
    const everyMs = waiting === 0 ? TURN_EVERY_MS : Math.max(HURRIED_TURN_MS, ROUND_MS / waiting)
    cancel = clock.setTimer(turn, everyMs * (0.75 + random() / 2))
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
