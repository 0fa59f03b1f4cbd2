import type { CancelTimer, Clock } from '../streams/clock.ts'
import { createEvictingMap } from './evicting-map.ts'
import type { HandshakeLimits, RateLimit } from './limits.ts'
import { createTokenBucket } from './token-bucket.ts'

/** Longer than this nobody waits for a turn: who dials gives up after ten seconds. */
const MAX_WAIT_MS = 6_000
/** As many address groups are remembered; those beyond share one rate. */
const MAX_GROUPS = 20_000
/** Offences that slow nobody down. Each further one halves the rate of the group. */
const FREE_OFFENCES = 4
const MAX_HALVINGS = 10
const OFFENCE_HALF_LIFE_MS = 5 * 60_000
/** The slowest rate: of a private address, behind which a proxy may have everyone, and of any other. */
const SLOWEST = { private: 2, public: 1 / 60 } as const

/** The addresses that are counted together. */
export interface AddressGroup {
  readonly id: string
  readonly isPrivate: boolean
}

/** Lets newcomers begin their handshakes. */
export interface Handshakes {
  /**
   * A newcomer waits for its turn.
   *
   * @param closed - aborts when it is gone
   * @returns false where it is refused, or gone; at once where there is no need to wait
   */
  begin(group: AddressGroup, closed: AbortSignal): boolean | Promise<boolean>
  /** A member of the group did what no honest peer does: from the fifth offence on, each one halves the rate. Half are forgotten in five minutes. */
  offend(group: AddressGroup, offences: number): void
  /** Newcomers that wait now. */
  readonly waiting: number
  /** Refuses whoever waits. */
  stop(): void
}

/** What is counted of newcomers. */
export interface HandshakeCounters {
  count(cause: 'handshakes'): void
  notePeak(cause: 'handshakes', share: number): void
}

interface Group extends Standing {
  tokens: number
  atMs: number
}

interface Standing {
  offences: number
  offencesAtMs: number
}

interface Waiter {
  readonly sinceMs: number
  settle(mayBegin: boolean): void
}

/**
 * Paces handshakes: each address group has a rate, and all together. Among those that wait, each group has its turn, so that many
 * newcomers of one group hold up none of another.
 */
export function createHandshakes(limits: HandshakeLimits, clock: Clock, counters: HandshakeCounters): Handshakes {
  const createGroup = (): Group => {
    const nowMs = clock.now()
    return { tokens: limits.perGroup.burst, atMs: nowMs, offences: 0, offencesAtMs: nowMs }
  }
  const groups = createEvictingMap<Group>({
    maxSize: MAX_GROUPS,
    isIdle: (group) => {
      if (offencesOf(group, clock.now()) > 0.1) return false
      refill(group, limits.perGroup)
      return group.tokens >= limits.perGroup.burst
    },
  })
  const others = createGroup()
  const total = createTokenBucket({ capacity: limits.total.burst, perSecond: limits.total.perSecond, clock })
  const queues = new Map<string, Set<Waiter>>()
  const waiters = new Set<Waiter>()
  let cancelPump: CancelTimer | undefined

  function refill(group: Group, { burst, perSecond }: RateLimit): void {
    const nowMs = clock.now()
    const gained = (Math.max(0, nowMs - group.atMs) * perSecond) / 1000
    group.tokens = Math.min(burst, group.tokens + gained)
    group.atMs = nowMs
  }

  function refuse(): false {
    counters.count('handshakes')
    return false
  }

  function wait(id: string, afterMs: number, closed: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let cancel: CancelTimer = () => {}
      const leave = (): void => waiter.settle(false)
      const waiter: Waiter = {
        sinceMs: clock.now(),
        settle(mayBegin) {
          cancel()
          closed.removeEventListener('abort', leave)
          waiters.delete(waiter)
          const queue = queues.get(id)
          if (queue?.delete(waiter) && queue.size === 0) queues.delete(id)
          resolve(mayBegin)
        },
      }
      waiters.add(waiter)
      closed.addEventListener('abort', leave, { once: true })
      const line = (): void => {
        const queue = queues.get(id) ?? new Set()
        queues.set(id, queue.add(waiter))
        pump()
      }
      if (afterMs === 0) line()
      else cancel = clock.setTimer(line, afterMs)
    })
  }

  /** The first that has not waited for too long. */
  function firstOf(queue: Set<Waiter>): Waiter | undefined {
    for (const waiter of queue) {
      if (clock.now() - waiter.sinceMs <= MAX_WAIT_MS) return waiter
      waiter.settle(refuse())
    }
    return undefined
  }

  /** Those whose groups let them begin do so at the rate of all, one of each group in turn. */
  function pump(): void {
    if (cancelPump !== undefined) return
    for (const [id, queue] of queues) {
      const first = firstOf(queue)
      if (first === undefined) continue
      const waitMs = total.waitMs()
      if (waitMs > 0) {
        cancelPump = clock.setTimer(() => {
          cancelPump = undefined
          pump()
        }, waitMs)
        return
      }
      total.spend(1)
      first.settle(true)
      // To the end: the other groups come first.
      if (queues.delete(id)) queues.set(id, queue)
    }
  }

  /** When too many wait, one of the group with the most gives way. */
  function makeRoom(id: string): boolean {
    if (waiters.size < limits.waiting) return true
    let largest: Set<Waiter> | undefined
    for (const queue of queues.values()) if (queue.size > (largest?.size ?? 0)) largest = queue
    if (largest === undefined || largest.size <= (queues.get(id)?.size ?? 0) + 1) return false
    const last = [...largest].at(-1)!
    last.settle(refuse())
    return true
  }

  return {
    begin({ id, isPrivate }, closed) {
      const group = groups.get(id, createGroup) ?? others
      const limit = slowedLimit(limits.perGroup, offencesOf(group, clock.now()), isPrivate)
      refill(group, limit)
      const afterMs = group.tokens >= 1 ? 0 : ((1 - group.tokens) * 1000) / limit.perSecond
      const used = limit.burst - group.tokens + 1
      counters.notePeak('handshakes', used / limits.perGroup.burst)
      if (closed.aborted) return false
      if (afterMs > MAX_WAIT_MS || !makeRoom(id)) return refuse()
      group.tokens--
      if (afterMs > 0 || queues.size > 0 || total.waitMs() > 0) return wait(id, afterMs, closed)
      total.spend(1)
      return true
    },
    offend({ id }, offences) {
      const group = groups.get(id, createGroup) ?? others
      const nowMs = clock.now()
      group.offences = Math.min(FREE_OFFENCES + MAX_HALVINGS, offencesOf(group, nowMs) + offences)
      group.offencesAtMs = nowMs
    },
    get waiting() {
      return waiters.size
    },
    stop() {
      cancelPump?.()
      cancelPump = undefined
      for (const waiter of [...waiters]) waiter.settle(false)
    },
  }
}

/** Offences that are not forgotten yet. */
function offencesOf({ offences, offencesAtMs }: Standing, nowMs: number): number {
  return offences * 0.5 ** (Math.max(0, nowMs - offencesAtMs) / OFFENCE_HALF_LIFE_MS)
}

function slowedLimit({ burst, perSecond }: RateLimit, offences: number, isPrivate: boolean): RateLimit {
  const factor = 0.5 ** Math.max(0, offences - FREE_OFFENCES)
  const slowest = isPrivate ? SLOWEST.private : SLOWEST.public
  return {
    burst: Math.max(1, burst * factor),
    perSecond: Math.min(perSecond, Math.max(slowest, perSecond * factor)),
  }
}
