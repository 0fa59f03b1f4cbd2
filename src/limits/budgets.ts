import type { CancelTimer, Clock } from '../streams/clock.ts'
import type { LevelCause, LimitCause, PeakCause, RateCause, TrafficLimits } from './limits.ts'

/** How often what connections hold is measured. */
const MEASURE_MS = 250
const LEVELS = ['unsent_bytes', 'unread_bytes'] as const

/** What one connection may cause. */
export interface ConnectionBudget {
  /**
   * Charges something that the peer caused.
   *
   * @returns false when it is beyond the limit: the connection has been ended, and nothing more is to be done for it
   */
  charge(cause: RateCause, amount?: number): boolean
  /** Compares what the peer makes us hold at the moment with the limit of a connection. @returns as `charge()` */
  hold(cause: LevelCause, bytes: number): boolean
  /** Names the peer, once it is known. */
  identify(peerId: string): void
  /** The connection is closed. */
  close(): void
}

/** What a budget needs of its connection. */
export interface BudgetedConnection {
  /** Bytes that it makes us hold at the moment. */
  measure(cause: LevelCause): number
  /** Ends the connection at once. */
  abort(cause: LimitCause): void
}

/** A connection went beyond a limit, and has been ended. */
export interface LimitExceeded {
  readonly cause: LimitCause
  /** Undefined for a peer that had not said who it is. */
  readonly peerId: string | undefined
}

/** The one place where everything that remote peers cause is charged and counted. */
export interface Budgets {
  readonly limits: TrafficLimits
  /** Starts the budget of a connection. */
  open(connection: BudgetedConnection): ConnectionBudget
  /** The budget of a peer's connection, where it has one. */
  ofPeer(peerId: string): ConnectionBudget | undefined
  /** Counts a cause that has no connection. */
  count(cause: LimitCause): void
  /** Takes note of the share of a limit that was used. */
  notePeak(cause: PeakCause, share: number): void
  /** How many connections went beyond a limit or were refused, by cause. */
  readonly counts: Readonly<Partial<Record<LimitCause, number>>>
  /** The largest share of each limit that any connection has used, 1 and more for those that went beyond. */
  readonly peaks: Readonly<Partial<Record<PeakCause, number>>>
  /** Called with each connection that went beyond a limit. */
  onExceeded: (exceeded: LimitExceeded) => void
  /** Begins to measure what connections hold. */
  start(): void
  /** Stops measuring. */
  stop(): void
}

interface Bucket {
  tokens: number
  atMs: number
}

interface OpenBudget extends ConnectionBudget {
  readonly connection: BudgetedConnection
  exceed(cause: LimitCause): false
}

/** Creates budgets for the connections of one node. */
export function createBudgets(limits: TrafficLimits, clock: Clock): Budgets {
  const open = new Set<OpenBudget>()
  const byPeer = new Map<string, OpenBudget>()
  const counts: Partial<Record<LimitCause, number>> = {}
  const peaks: Partial<Record<PeakCause, number>> = {}
  let cancel: CancelTimer = () => {}

  function count(cause: LimitCause): void {
    counts[cause] = (counts[cause] ?? 0) + 1
  }

  function notePeak(cause: PeakCause, share: number): void {
    if (share > (peaks[cause] ?? 0)) peaks[cause] = share
  }

  function measure(): void {
    cancel = clock.setTimer(measure, MEASURE_MS)
    for (const cause of LEVELS) {
      const holders: { readonly budget: OpenBudget; readonly bytes: number }[] = []
      let total = 0
      for (const budget of [...open]) {
        const bytes = budget.connection.measure(cause)
        if (bytes === 0 || !budget.hold(cause, bytes)) continue
        total += bytes
        holders.push({ budget, bytes })
      }
      if (total <= limits.levels[cause].total) continue
      // Those that hold most go first: what is left is shared by those that hold little.
      holders.sort((a, b) => b.bytes - a.bytes)
      for (const { budget, bytes } of holders) {
        if (total <= limits.levels[cause].total) break
        budget.exceed(cause)
        total -= bytes
      }
    }
  }

  function createBudget(connection: BudgetedConnection): OpenBudget {
    const buckets = new Map<RateCause, Bucket>()
    let peerId: string | undefined
    let ended = false

    function exceed(cause: LimitCause): false {
      if (ended) return false
      close()
      count(cause)
      connection.abort(cause)
      budgets.onExceeded({ cause, peerId })
      return false
    }

    function close(): void {
      ended = true
      open.delete(budget)
      if (peerId !== undefined && byPeer.get(peerId) === budget) byPeer.delete(peerId)
    }

    const budget: OpenBudget = {
      connection,
      exceed,
      close,
      charge(cause, amount = 1) {
        if (ended) return false
        const { burst, perSecond } = limits.rates[cause]
        const nowMs = clock.now()
        let bucket = buckets.get(cause)
        if (bucket === undefined) {
          bucket = { tokens: burst, atMs: nowMs }
          buckets.set(cause, bucket)
        }
        const gained = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000
        bucket.tokens = Math.min(burst, bucket.tokens + gained) - amount
        bucket.atMs = nowMs
        notePeak(cause, (burst - bucket.tokens) / burst)
        return bucket.tokens < 0 ? exceed(cause) : true
      },
      hold(cause, bytes) {
        if (ended) return false
        const { perConnection } = limits.levels[cause]
        notePeak(cause, bytes / perConnection)
        return bytes > perConnection ? exceed(cause) : true
      },
      identify(id) {
        if (ended) return
        peerId = id
        byPeer.set(id, budget)
      },
    }
    return budget
  }

  const budgets: Budgets = {
    limits,
    counts,
    peaks,
    count,
    notePeak,
    onExceeded: () => {},
    open(connection) {
      const budget = createBudget(connection)
      open.add(budget)
      return budget
    },
    ofPeer: (peerId) => byPeer.get(peerId),
    start() {
      cancel()
      cancel = clock.setTimer(measure, MEASURE_MS)
    },
    stop: () => cancel(),
  }
  return budgets
}
