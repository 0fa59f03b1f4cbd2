import { createSlotClock, type Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../gossip/index.ts'
import type { Network } from '../network/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import { delay, linkSignals } from '../streams/abort.ts'
import { createBell } from '../streams/bell.ts'
import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { assess, type Phase, type Situation, slotsBehind } from './assess.ts'
import { createFetcher, type SyncProgress } from './fetcher.ts'
import { createHeadBoard, type HeadBoard } from './head-board.ts'
import { localStatusOf } from './local-status.ts'
import type { LightClientStatus } from './types.ts'
import { type VerificationContext, verdictOf } from './verification/index.ts'
import { createVerifiedStore, type VerifiedState, type VerifiedStoreEvents } from './verified-store.ts'

/** What a follower works with; all of it is handed in. */
export interface FollowerOptions {
  readonly network: Network
  readonly context: VerificationContext
  /** Where trust starts: a block root, or what was verified before. */
  readonly start: Hex | VerifiedState
  readonly minParticipation: number
  readonly maxCheckpointAgeMs: number
  readonly stalledAfterSlots: number
  /** Hears of what may be persisted. @default nobody */
  readonly onSettled?: ((state: VerifiedState) => void) | undefined
}

/** The driver that keeps a verified store at the head of the chain. */
export interface Follower {
  readonly heads: HeadBoard
  readonly status: Watchable<LightClientStatus>
  watchVerified(callback: (object: LightClientObject) => void): () => void
  /** Resolves when the committees of all that was verified by then are checked. */
  settled(): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** A watcher that throws must not keep others, or the driver itself, from going on. */
function tell<T>(watcher: (value: T) => void, value: T): void {
  try {
    watcher(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function offers(peers: Network['peers']): number {
  return peers.flatMap(({ protocols }) => protocols).length
}

const topics = [lightClientFinalityUpdate, lightClientOptimisticUpdate]

/** Waits between failed attempts double from the first to the second of these. */
const RETRY_MS = { first: 500, most: 12_000 }

/** Starts following: bootstrap where it has to, catch up, then gossip, and again from wherever it was after a loss. */
export function startFollower(options: FollowerOptions): Follower {
  const { network, context, start } = options
  const { chain, clock } = network
  const slotClock = createSlotClock(chain, clock)
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  const heads = createHeadBoard(chain, { minParticipation: options.minParticipation, now: () => clock.now() })
  const watchers = new Set<(object: LightClientObject) => void>()

  let phase: Phase = 'starting'
  let sync: SyncProgress | undefined
  let error: LamparaError | undefined
  let wasConnected = false
  let failures = 0
  let leaveGossip: (() => void) | undefined

  const events: VerifiedStoreEvents = {
    onChange: ({ finalizedAdvanced }) => showVerified(finalizedAdvanced),
    onSettled(object, reached) {
      options.onSettled?.(reached)
      for (const watcher of watchers) tell(watcher, object)
    },
    onForged(object, forgery) {
      const sender = object === undefined ? undefined : fetcher.senderOf(object)
      if (sender !== undefined) network.report(sender, 'fatal', forgery.code)
      heads.takeBack(verified.optimistic, verified.finalized)
      error = forgery
      tellStatus()
      bell.ring()
    },
  }
  // Summing up a committee takes a browser as long as ten signatures: not while the first head is on its way.
  const reachedHead = Promise.withResolvers<void>()
  const verified = createVerifiedStore(
    context,
    events,
    () => reachedHead.promise,
    typeof start === 'string' ? undefined : start,
  )
  const fetcher = createFetcher({
    network,
    verified,
    slotClock,
    maxCheckpointAgeMs: options.maxCheckpointAgeMs,
    signal,
    onProgress(progress) {
      sync = progress
      // Only a real distance is worth a word: the present period's own update is fetched in passing.
      if (progress.targetPeriod > progress.startPeriod || heads.optimistic.value === undefined) enter('syncing')
    },
  })
  const status = createWatchable<LightClientStatus>(assess(situation()))
  showVerified(true)

  function situation(): Situation {
    return {
      phase,
      network: network.status,
      wasConnected,
      optimistic: heads.optimistic.value,
      finalized: heads.finalized.value,
      verifiedSlot: verified.store?.optimisticHeader.beacon.slot,
      currentSlot: slotClock.currentSlot(),
      nowMs: clock.now(),
      stalledAfterSlots: options.stalledAfterSlots,
      sync,
      error,
    }
  }

  function showVerified(finalizedAdvanced: boolean): void {
    heads.update(verified.optimistic, verified.finalized)
    const finalized = verified.store?.finalizedHeader.beacon
    if (finalizedAdvanced && finalized !== undefined) network.setStatus(localStatusOf(chain, finalized))
    tellStatus()
  }

  function tellStatus(): void {
    status.set(assess(situation()))
  }

  function enter(next: Phase): void {
    phase = next
    tellStatus()
  }

  /** Stays at the head until there is something to fetch or nobody to fetch it from. */
  async function follow(): Promise<void> {
    // The answer that was waited for may itself have made someone stop us: then gossip would be joined for good.
    signal.throwIfAborted()
    sync = undefined
    enter('following')
    reachedHead.resolve()
    while (network.status.peers > 0 && verified.store !== undefined && !fetcher.wantsUpdates()) {
      const currentSlot = slotClock.currentSlot()
      const behind = slotsBehind({ verifiedSlot: verified.store.optimisticHeader.beacon.slot, currentSlot })
      if (behind <= options.stalledAfterSlots) {
        error = undefined
        failures = 0
      } else {
        if (fetcher.wantsHeads(options.stalledAfterSlots)) await fetcher.refreshHeads()
        await verified.forceUpdate(currentSlot)
      }
      tellStatus()
      leaveGossip ??= await joinGossip()
      await bell.wait(signal)
    }
  }

  /**
   * Before there is a head, nothing that is gossiped could be judged: so a page loads this late. Where it cannot, it tries again
   * with the next slot.
   */
  async function joinGossip(): Promise<(() => void) | undefined> {
    const late = await import('./follow-gossip.ts').catch(() => undefined)
    signal.throwIfAborted()
    return late?.followGossip({ gossip: network.gossip, topics, verified, slotClock, verdictOf })
  }

  async function attempt(): Promise<void> {
    // After a loss there is something to catch up with first: being behind is not being stalled.
    if (network.status.peers === 0 && verified.store !== undefined) enter('syncing')
    while (network.status.peers === 0) await bell.wait(signal)
    if (verified.store === undefined && typeof start === 'string') {
      enter('bootstrapping')
      await fetcher.bootstrap(start)
    }
    await fetcher.catchUp()
    await fetcher.refreshHeads()
  }

  /** Waits, but not once peers offer more than they did: what was lacking may be there. */
  async function pause(waitMs: number, offered: number): Promise<void> {
    const over = linkSignals(signal)
    const unwatch = network.watchPeers((peers) => offers(peers) > offered && over.abort())
    await delay(waitMs, { clock, signal: over.signal }).catch(() => {})
    unwatch()
    over.dispose()
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const offered = offers(network.peers)
      try {
        await attempt()
        await follow()
      } catch (thrown) {
        if (signal.aborted) return
        error = LamparaError.from(thrown, 'internal', 'Cannot follow the chain')
        if (error.code === 'checkpoint_too_old') {
          enter('failed')
          heads.end(error)
          return
        }
        tellStatus()
        const waitMs = Math.min(RETRY_MS.first * 2 ** failures++, RETRY_MS.most)
        await pause(waitMs, offered)
      }
    }
  }

  const unwatchNetwork = network.watchStatus(({ peers }) => {
    if (peers > 0) wasConnected = true
    tellStatus()
    bell.ring()
  })
  const ticking = (async () => {
    for await (const _slot of slotClock.slots({ signal })) {
      tellStatus()
      bell.ring()
    }
  })()
  const running = run()

  async function stop(): Promise<void> {
    if (!signal.aborted) {
      stopping.abort(new LamparaError('stopped', 'The light client was stopped'))
      unwatchNetwork()
      leaveGossip?.()
      if (phase !== 'failed') enter('stopped')
      heads.end()
      status.end()
      watchers.clear()
      reachedHead.resolve()
    }
    await Promise.allSettled([running, ticking])
  }

  return {
    heads,
    status,
    watchVerified(callback) {
      watchers.add(callback)
      return () => void watchers.delete(callback)
    },
    settled: verified.settled,
    stop,
  }
}
