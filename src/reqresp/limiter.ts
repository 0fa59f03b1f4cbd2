import { LamparaError } from '../errors/index.ts'

/** Grants at most so many turns at once per key, in the order of asking. */
export interface Limiter {
  /**
   * Waits for a turn.
   *
   * @returns how to give it back; safe to call twice
   * @throws LamparaError `queue_overflow` when too many wait already; the signal's reason
   */
  acquire(key: string, signal: AbortSignal): Promise<() => void>
  /** Turns taken and waited for, over all keys. */
  readonly pending: number
}

interface Lane {
  active: number
  readonly waiting: (() => void)[]
}

/** @param options.maxWaiting - the most waiters of one key; the next fails with `queue_overflow` */
export function createLimiter(options: { readonly maxActive: number; readonly maxWaiting: number }): Limiter {
  const { maxActive, maxWaiting } = options
  const lanes = new Map<string, Lane>()

  const releaseOf = (key: string, lane: Lane): (() => void) => {
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = lane.waiting.shift()
      // A turn passes straight to the next in line, so that a newcomer cannot slip in between.
      if (next) return next()
      lane.active--
      if (lane.active === 0) lanes.delete(key)
    }
  }

  return {
    async acquire(key, signal) {
      signal.throwIfAborted()
      const lane = lanes.get(key) ?? { active: 0, waiting: [] }
      lanes.set(key, lane)
      if (lane.active < maxActive) {
        lane.active++
        return releaseOf(key, lane)
      }
      if (lane.waiting.length >= maxWaiting) {
        throw new LamparaError('queue_overflow', `Cannot queue for ${key}: ${maxWaiting} wait already`)
      }
      const { waiting } = lane
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(turn), 1)
          reject(signal.reason)
        }
        waiting.push(turn)
        signal.addEventListener('abort', leave, { once: true })
      })
      return releaseOf(key, lane)
    },
    get pending() {
      let total = 0
      for (const lane of lanes.values()) total += lane.active + lane.waiting.length
      return total
    },
  }
}
