import type { CancelTimer } from '../../streams/clock.ts'
import type { Discovery, LimitEnforcement, NetworkRuntime } from '../deferred.ts'
import { peerExchangeId } from './peer-exchange-id.ts'

/** In a page: not while the first head is on its way. */
const FIRST_HEAD_MS = 5_000
/** A page may be offline when it first needs the code. */
const RETRY_MS = 10_000

/** Discovery that starts once there is something to discover peers from. */
export interface LazyDiscovery {
  /** Undefined until it runs. */
  readonly running: Discovery | undefined
  /** Resolves when limit enforcement has begun, if there is any, or was put off for want of its code. */
  readonly limitEnforcement: Promise<unknown>
  /** Begins now, whatever there is to dial from. @throws LamparaError as `startDiscovery()` */
  start(): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Starts limit enforcement if there is anything to enforce, and discovery once there is a source, an ENR, a stored address book
 * or a peer that offers peer exchange.
 */
export function createLazyDiscovery(runtime: NetworkRuntime): LazyDiscovery {
  const { options, platform, clock, peers } = runtime
  const { peerSources = [], enrs = [], listen = [], storage, targetPeers } = options
  let running: Discovery | undefined
  let enforcement: Promise<LimitEnforcement> | undefined
  let loading: Promise<void> | undefined
  let stopped = false
  let cancel: CancelTimer = () => {}

  async function load(): Promise<void> {
    const { startDiscovery } = await import('../deferred.ts')
    if (stopped) return
    running = await startDiscovery(runtime)
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

  function startEnforcement(): void {
    enforcement = import('../deferred.ts').then(({ startLimitEnforcement }) => startLimitEnforcement(runtime))
    enforcement.catch(() => {
      if (!stopped) cancelEnforcement = clock.setTimer(startEnforcement, RETRY_MS)
    })
  }
  let cancelEnforcement: CancelTimer = () => {}
  if (storage !== undefined || listen.length > 0) startEnforcement()

  // The list changes with every score: the first offer counts.
  let offered = false
  const unwatch = peers.list.watch((list) => {
    if (offered || !list.some(({ protocols }) => protocols.includes(peerExchangeId))) return
    offered = true
    cancel = clock.setTimer(begin, platform.name === 'browser' ? FIRST_HEAD_MS : 0)
  })
  if (targetPeers === 0) unwatch()
  else if (peerSources.length > 0 || enrs.length > 0 || storage !== undefined) begin()

  return {
    get running() {
      return running
    },
    limitEnforcement: enforcement?.catch(() => {}) ?? Promise.resolve(),
    start,
    async stop() {
      stopped = true
      unwatch()
      cancel()
      cancelEnforcement()
      await enforcement?.then(
        (housekeeping) => housekeeping.stop(),
        () => {},
      )
      await loading?.catch(() => {})
      await running?.stop()
    },
  }
}
