import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { goodbyeCode } from './goodbye-code.ts'
import { lowestValuePeers, type PeerStats } from './peer-value.ts'

const ROTATE_EVERY_MS = 2 * 60_000
/** While origins have no slot: within so long each of them is to get one. */
const ROUND_MS = 60_000
/** But no more often than this: a peer is to be useful before it goes. */
const FASTEST_ROTATION_MS = 30_000

/** What rotation needs. */
export interface RotationOptions {
  readonly clock: Clock
  readonly random: () => number
  /** True when as many peers are connected as wanted, and there is another to dial. */
  canReplace(): boolean
  /** How many origins of candidates there are of which nobody is connected. */
  waitingOrigins(): number
  /** Facts on the ready peers. */
  stats(): readonly PeerStats[]
  /** Leaves a peer for another. */
  replace(peerId: string, reason: string, code: number): Promise<void>
}

/**
 * About every 2 min replaces the lowest-value outbound peer of the younger half; faster while some origins have no peer. Limits
 * how long an eclipse can last. Inbound peers are not rotated: others of the attacker's choice would take their place.
 *
 * @returns how to stop
 */
export function startRotation(options: RotationOptions): () => void {
  const { clock, random, canReplace, waitingOrigins, stats, replace } = options
  let cancel: CancelTimer

  function arm(): void {
    const waiting = waitingOrigins()
    const everyMs = waiting === 0 ? ROTATE_EVERY_MS : Math.max(FASTEST_ROTATION_MS, ROUND_MS / waiting)
    cancel = clock.setTimer(rotate, everyMs * (0.75 + random() / 2))
  }

  function rotate(): void {
    arm()
    if (!canReplace()) return
    const outbound = stats().filter(({ view }) => view.direction === 'outbound')
    const byAge = outbound.toSorted((a, b) => a.view.connectedAtMs - b.view.connectedAtMs)
    const excluded = new Set(byAge.slice(0, outbound.length >> 1))
    // By chance among equals: were it always the newest, one that came late would never stay.
    const [least] = lowestValuePeers(outbound, 1, clock.now(), excluded, random)
    if (least !== undefined) replace(least.view.id, 'rotated out', goodbyeCode(least.view)).catch(() => {})
  }

  arm()
  return () => cancel()
}
