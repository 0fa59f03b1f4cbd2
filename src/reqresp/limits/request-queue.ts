import { LamparaError } from '../../errors/index.ts'
import { onAbort } from '../../streams/abort.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import type { InboundRateLimit, RequestPriority } from '../types.ts'
import type { HoldOffs } from './hold-off.ts'
import { createRateLimiter } from './rate-limit.ts'

/** Places in the queue that each priority stands behind the highest: fewer later requests than that overtake it. */
const PRIORITY_OFFSET: Record<RequestPriority, number> = { high: 0, normal: 8, low: 32 }

/** Assumed wait while another request holds the slot: longer than any rate limit. */
const BUSY_MS = 60_000

/** Options of one request in the queue. */
export interface QueueOptions {
  /** @default 'normal' */
  readonly priority?: RequestPriority
  /** Maximum slots in use at once, below the queue's own bound. */
  readonly maxActive?: number
  /** Rate limit of the slots. */
  readonly rateLimit?: InboundRateLimit
  /** Counts against the rate limit without being delayed by it. */
  readonly skipRateLimit?: boolean
}

/** Runs a limited number of requests at once per key, by priority, then first in first out, within the rate limit. */
export interface RequestQueue {
  /**
   * Waits for a slot.
   *
   * @returns how to give it back; safe to call twice
   * @throws LamparaError `queue_overflow` when too many wait already; the signal's reason
   */
  acquire(key: string, signal: AbortSignal, options?: QueueOptions): Promise<() => void>
  /** How long the rate limit would delay a turn asked for now, in milliseconds; a minute where it must wait for another to end. */
  waitMs(key: string, options?: QueueOptions): number
  /** Turns taken and waited for, over all keys. */
  readonly pending: number
}

interface Waiter extends QueueOptions {
  readonly rank: number
  readonly grant: () => void
}

interface KeyQueue {
  active: number
  tickets: number
  /** In the order of rank. */
  readonly waiting: Waiter[]
  cancelTimer?: CancelTimer | undefined
}

/** @param options.maxWaiting - the most waiters of one key; the next fails with `queue_overflow` */
export function createRequestQueue(options: {
  readonly clock: Clock
  readonly maxActive: number
  readonly maxWaiting: number
  /** What holds turns back beside their pace. @default nothing */
  readonly holdOffs?: Pick<HoldOffs, 'waitMs'>
}): RequestQueue {
  const { clock, maxActive, maxWaiting, holdOffs } = options
  const queues = new Map<string, KeyQueue>()
  const rateLimiter = createRateLimiter(clock)

  const isFull = (queue: KeyQueue, queueOptions: QueueOptions): boolean =>
    queue.active >= (queueOptions.maxActive ?? maxActive)
  const rateLimitMs = (key: string, { rateLimit, skipRateLimit }: QueueOptions): number => {
    if (skipRateLimit) return 0
    return Math.max(rateLimit === undefined ? 0 : rateLimiter.waitMs(key, rateLimit), holdOffs?.waitMs(key) ?? 0)
  }

  /** Grants what can be granted. A turn given back passes on in the same step, so that no newcomer slips in between. */
  function pump(key: string, queue: KeyQueue): void {
    const { waiting } = queue
    queue.cancelTimer?.()
    for (;;) {
      const index = waiting.findIndex((waiter) => !isFull(queue, waiter) && rateLimitMs(key, waiter) === 0)
      const [next] = index < 0 ? [] : waiting.splice(index, 1)
      if (next === undefined) break
      if (next.rateLimit) rateLimiter.delayMs(key, next.rateLimit, 1)
      queue.active++
      next.grant()
    }
    const paced = waiting.find((waiter) => !isFull(queue, waiter))
    // In whole milliseconds: what is left of one by rounding would never pass.
    queue.cancelTimer = paced && clock.setTimer(() => pump(key, queue), Math.ceil(rateLimitMs(key, paced)))
    if (queue.active + waiting.length === 0) queues.delete(key)
  }

  const releaseOf = (key: string, queue: KeyQueue): (() => void) => {
    let held = true
    return () => {
      if (!held) return
      held = false
      queue.active--
      pump(key, queue)
    }
  }

  return {
    async acquire(key, signal, queueOptions = {}) {
      signal.throwIfAborted()
      const queue = queues.get(key) ?? { active: 0, tickets: 0, waiting: [] }
      const { waiting } = queue
      if (waiting.length >= maxWaiting) {
        throw new LamparaError('queue_overflow', `Cannot queue for ${key}: ${maxWaiting} wait already`)
      }
      queues.set(key, queue)
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          ...queueOptions,
          rank: queue.tickets++ + PRIORITY_OFFSET[queueOptions.priority ?? 'normal'],
          grant() {
            forget()
            resolve(releaseOf(key, queue))
          },
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal.reason)
          pump(key, queue)
        }
        const behind = waiting.findIndex(({ rank }) => rank > waiter.rank)
        waiting.splice(behind < 0 ? waiting.length : behind, 0, waiter)
        const forget = onAbort(signal, leave)
        pump(key, queue)
      })
    },
    waitMs(key, queueOptions = {}) {
      const queue = queues.get(key)
      if (queue && (isFull(queue, queueOptions) || queue.waiting.length > 0)) return BUSY_MS
      return rateLimitMs(key, queueOptions)
    },
    get pending() {
      let total = 0
      for (const queue of queues.values()) total += queue.active + queue.waiting.length
      return total
    },
  }
}
