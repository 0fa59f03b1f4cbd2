import type { CancelTimer } from '../streams/clock.ts'
import type { Housekeeping, Recruiting, RecruitingParts } from './late.ts'
import { peerExchangeId } from './peer-exchange-id.ts'

/** In a page: not while the first head is on its way. */
const CALM_MS = 5_000
/** A page may be offline when it first needs the code. */
const RETRY_MS = 10_000

/** Recruiting that begins when there is something to recruit from. */
export interface LateRecruiting {
  /** Undefined until it runs. */
  readonly running: Recruiting | undefined
  /** Resolves when housekeeping has begun, if there is any, or was put off for want of its code. */
  readonly housekeeping: Promise<unknown>
  /** Begins now, whatever there is to recruit from. @throws LamparaError as `startNetworkRecruiting()` */
  start(): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Brings housekeeping in where there is something to keep, and recruiting once there is something to recruit from: sources, records or an address book at once, peers that offer
 * peer exchange when they come. Most pages follow one bootnode, and never need the code before their first head.
 */
export function recruitLate(parts: RecruitingParts): LateRecruiting {
  const { options, platform, clock, peers } = parts
  const { sources = [], records = [], listen = [], storage, targetPeers } = options
  let running: Recruiting | undefined
  let keeping: Promise<Housekeeping> | undefined
  let loading: Promise<void> | undefined
  let stopped = false
  let cancel: CancelTimer = () => {}

  async function load(): Promise<void> {
    const { startNetworkRecruiting } = await import('./late.ts')
    if (stopped) return
    running = await startNetworkRecruiting(parts)
    if (stopped) await running.stop()
  }

  function start(): Promise<void> {
    if (!stopped) loading ??= load()
    return loading ?? Promise.resolve()
  }

  function begin(): void {
    start().catch(() => {
      loading = undefined
      if (!stopped) cancel = clock.setTimer(begin, RETRY_MS)
    })
  }

  function keepHouse(): void {
    keeping = import('./late.ts').then(({ startHousekeeping }) => startHousekeeping(parts))
    keeping.catch(() => {
      if (!stopped) cancelKeeping = clock.setTimer(keepHouse, RETRY_MS)
    })
  }
  let cancelKeeping: CancelTimer = () => {}
  if (storage !== undefined || listen.length > 0) keepHouse()

  // The list changes with every score: the first offer counts.
  let offered = false
  const unwatch = peers.list.watch((list) => {
    if (offered || !list.some(({ protocols }) => protocols.includes(peerExchangeId))) return
    offered = true
    cancel = clock.setTimer(begin, platform.name === 'browser' ? CALM_MS : 0)
  })
  if (targetPeers === 0) unwatch()
  else if (sources.length > 0 || records.length > 0 || storage !== undefined) begin()

  return {
    get running() {
      return running
    },
    housekeeping: keeping?.catch(() => {}) ?? Promise.resolve(),
    start,
    async stop() {
      stopped = true
      unwatch()
      cancel()
      cancelKeeping()
      await keeping?.then(
        (housekeeping) => housekeeping.stop(),
        () => {},
      )
      await loading?.catch(() => {})
      await running?.stop()
    },
  }
}
