import { LamparaError } from '../errors/index.ts'
import { onAbort } from '../streams/abort.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'
import type { HoldOffs } from './hold-off.ts'
import { createQuotaKeeper } from './quota.ts'
import type { Quota, RequestPriority } from './types.ts'

/**
 * How many places in the queue each priority stands behind the highest: fewer later ones than that may pass it.
 */
const PLACES_BEHIND: Record<RequestPriority, number> = { high: 0, normal: 8, low: 32 }

/** How long who must wait for another is taken to wait: longer than any pace. */
const BUSY_MS = 60_000

/** What a turn asks for beside a place. */
export interface TurnOptions {
  /** @default 'normal' */
  readonly priority?: RequestPriority
  /** The most turns at once, below the limiter's own bound. */
  readonly maxActive?: number
  /** How often turns may be had. */
  readonly pace?: Quota
  /** Has this turn booked, but not delayed by the pace. */
  readonly ignorePace?: boolean
}

/** Grants at most so many turns at once per key, by priority, then in the order of asking, and no more often than their pace. */
export interface Limiter {
  /**
   * Waits for a turn.
   *
   * @returns how to give it back; safe to call twice
   * @throws LamparaError `queue_overflow` when too many wait already; the signal's reason
   */
  acquire(key: string, signal: AbortSignal, options?: TurnOptions): Promise<() => void>
  /** How long the pace would delay a turn asked for now, in milliseconds; a minute where it must wait for another to end. */
  waitMs(key: string, options?: TurnOptions): number
  /** Turns taken and waited for, over all keys. */
  readonly pending: number
}

interface Waiter extends TurnOptions {
  readonly rank: number
  readonly grant: () => void
}

interface Lane {
  active: number
  tickets: number
  /** In the order of rank. */
  readonly waiting: Waiter[]
  cancelTimer?: CancelTimer | undefined
}

/** @param options.maxWaiting - the most waiters of one key; the next fails with `queue_overflow` */
export function createLimiter(options: {
  readonly clock: Clock
  readonly maxActive: number
  readonly maxWaiting: number
  /** What holds turns back beside their pace. @default nothing */
  readonly holdOffs?: Pick<HoldOffs, 'waitMs'>
}): Limiter {
  const { clock, maxActive, maxWaiting, holdOffs } = options
  const lanes = new Map<string, Lane>()
  const paces = createQuotaKeeper(clock)

  const isFull = (lane: Lane, turn: TurnOptions): boolean => lane.active >= (turn.maxActive ?? maxActive)
  const paceMs = (key: string, { pace, ignorePace }: TurnOptions): number => {
    if (ignorePace) return 0
    return Math.max(pace === undefined ? 0 : paces.waitMs(key, pace), holdOffs?.waitMs(key) ?? 0)
  }

  /** Grants what can be granted. A turn given back passes on in the same step, so that no newcomer slips in between. */
  function pump(key: string, lane: Lane): void {
    const { waiting } = lane
    lane.cancelTimer?.()
    for (;;) {
      const index = waiting.findIndex((waiter) => !isFull(lane, waiter) && paceMs(key, waiter) === 0)
      const [next] = index < 0 ? [] : waiting.splice(index, 1)
      if (next === undefined) break
      if (next.pace) paces.delayMs(key, next.pace, 1)
      lane.active++
      next.grant()
    }
    const paced = waiting.find((waiter) => !isFull(lane, waiter))
    // In whole milliseconds: what is left of one by rounding would never pass.
    lane.cancelTimer = paced && clock.setTimer(() => pump(key, lane), Math.ceil(paceMs(key, paced)))
    if (lane.active + waiting.length === 0) lanes.delete(key)
  }

  const releaseOf = (key: string, lane: Lane): (() => void) => {
    let held = true
    return () => {
      if (!held) return
      held = false
      lane.active--
      pump(key, lane)
    }
  }

  return {
    async acquire(key, signal, turn = {}) {
      signal.throwIfAborted()
      const lane = lanes.get(key) ?? { active: 0, tickets: 0, waiting: [] }
      const { waiting } = lane
      if (waiting.length >= maxWaiting) {
        throw new LamparaError('queue_overflow', `Cannot queue for ${key}: ${maxWaiting} wait already`)
      }
      lanes.set(key, lane)
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          ...turn,
          rank: lane.tickets++ + PLACES_BEHIND[turn.priority ?? 'normal'],
          grant() {
            forget()
            resolve(releaseOf(key, lane))
          },
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal.reason)
          pump(key, lane)
        }
        const behind = waiting.findIndex(({ rank }) => rank > waiter.rank)
        waiting.splice(behind < 0 ? waiting.length : behind, 0, waiter)
        const forget = onAbort(signal, leave)
        pump(key, lane)
      })
    },
    waitMs(key, turn = {}) {
      const lane = lanes.get(key)
      if (lane && (isFull(lane, turn) || lane.waiting.length > 0)) return BUSY_MS
      return paceMs(key, turn)
    },
    get pending() {
      let total = 0
      for (const lane of lanes.values()) total += lane.active + lane.waiting.length
      return total
    },
  }
}
