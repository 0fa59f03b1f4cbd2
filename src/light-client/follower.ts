import { createSlotClock, type Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../gossip/index.ts'
import type { Network } from '../network/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import { deadline, delay, linkSignals, raceSignal } from '../streams/abort.ts'
import { createNotifier } from '../streams/notifier.ts'
import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { createAgreementTracker } from './agreement.ts'
import { computeStatus, type Phase, type StatusInputs, sameLightClientStatus } from './status/compute-status.ts'
import type { GapTracker } from './status/gaps.ts'
import { createHeads, type Heads } from './status/heads.ts'
import { localStatusOf } from './status/local-status.ts'
import { createUpdateReceiver } from './store/receive-update.ts'
import type { VerifiedState } from './store/verified-state.ts'
import { createVerifiedStore, type VerifiedStoreEvents } from './store/verified-store.ts'
import { createFetcher, type SyncProgress } from './sync/fetcher.ts'
import { startFirstFlight } from './sync/first-flight.ts'
import { createCheckpointRenewal } from './sync/renew-checkpoint.ts'
import type { HeadConflict, LightClientStatus } from './types.ts'
import { type VerificationContext, verdictOf } from './verification/index.ts'

/** What a follower works with; all of it is handed in. */
export interface FollowerOptions {
  readonly network: Network
  readonly context: VerificationContext
  /** Where trust starts: a block root, or what was verified before. */
  readonly start: Hex | VerifiedState
  /** Asks again for a root to start from, where the user named providers: for when peers cannot lead on. @default none */
  readonly renewCheckpoint?: ((signal: AbortSignal) => Promise<Hex>) | undefined
  readonly minParticipation: number
  /** @default 1 */
  readonly minAgreement?: number
  readonly maxCheckpointAgeMs: number
  readonly stalledAfterSlots: number
  /** Called with states safe to persist. @default nobody */
  readonly onCommitteesChecked?: ((state: VerifiedState) => void) | undefined
  /** Chooses the peers to ask. @default Math.random */
  readonly random?: (() => number) | undefined
}

/** The driver that keeps a verified store at the head of the chain. */
export interface Follower {
  readonly heads: Heads
  /** Why optimistic heads of these slots were not told to a reader. */
  readonly gapReasonOf: GapTracker['reasonOf']
  readonly status: Watchable<LightClientStatus>
  /** The status as it is now, which watchers may not have been told yet: a page that wakes reads it before any timer fires. */
  statusNow(): LightClientStatus
  watchVerified(callback: (object: LightClientObject) => void): () => void
  /** Resolves when the committees of all that was verified by then are checked. */
  whenCommitteesChecked(): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** A watcher that throws must not keep others, or the driver itself, from going on. */
function notify<T>(watcher: (value: T) => void, value: T): void {
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
/** How long gossip waits for a current head by request, before it is joined all the same. */
const FIRST_REFRESH_MS = 4_000
/** How long peers have to confirm a head, at least: else until the slot ends. */
const LEAST_CONFIRM_MS = 2_000
/** A slot's head is signed in the next one, and comes before that ends. */
const SIGNED_WITHIN_SLOTS = 2

/** Starts following: bootstrap where it has to, catch up, then gossip, and again from wherever it was after a loss. */
export function startFollower(options: FollowerOptions): Follower {
  const { network, context, minAgreement = 1 } = options
  const { chain, clock } = network
  const slotClock = createSlotClock(chain, clock)
  const stopping = new AbortController()
  const { signal } = stopping
  const notifier = createNotifier()
  const agreement = createAgreementTracker({
    pathOf: (peer) => network.pathOf(peer),
    currentSlot: slotClock.currentSlot,
  })
  const heads = createHeads(chain, {
    minParticipation: options.minParticipation,
    minAgreement,
    agreementOf: agreement.of,
    now: () => clock.now(),
  })
  let start = typeof options.start === 'string' ? options.start : undefined
  const firstFlight = startFirstFlight(network, start, signal)
  const renewal = createCheckpointRenewal(options.renewCheckpoint, slotClock, signal)
  const watchers = new Set<(object: LightClientObject) => void>()

  let phase: Phase = 'starting'
  let sync: SyncProgress | undefined
  let error: LamparaError | undefined
  let conflict: HeadConflict | undefined
  let wasConnected = false
  let failures = 0
  let progressSlot = slotClock.currentSlot()
  let confirming: Promise<void> | undefined
  let leaveGossip: (() => void) | undefined
  let isJoining = false
  let gaps: GapTracker | undefined

  const events: VerifiedStoreEvents = {
    onChange() {
      progressSlot = slotClock.currentSlot()
      showVerified()
    },
    onCommitteesChecked(object, reached) {
      options.onCommitteesChecked?.(reached)
      for (const watcher of watchers) notify(watcher, object)
    },
    onForged(object, forgery) {
      receiver.dropPenalties()
      const sender = receiver.senderOf(object)
      if (sender !== undefined) network.report(sender, 'fatal', forgery.code)
      heads.rollBack(verified.optimistic, verified.finalized)
      error = forgery
      announce()
      updateStatus()
      notifier.notify()
    },
    onConflict({ kind, known, other }, object) {
      const sender = receiver.senderOf(object)
      if (sender !== undefined) agreement.note(sender, [other.root])
      const withSenders = (header: { readonly slot: number; readonly root: Hex }) => ({
        ...header,
        senders: agreement.sendersOf(header.root),
      })
      const isNew = conflict?.known.root !== known.root || conflict.other.root !== other.root
      conflict = { kind, known: withSenders(known), other: withSenders(other) }
      // A peer that repeats the pair says nothing new.
      if (isNew) network.emit({ type: 'conflict', ...conflict })
      updateStatus()
    },
  }
  // Summing up a committee takes a browser as long as ten signatures: not while the first head is on its way.
  const idle = Promise.withResolvers<void>()
  const verified = createVerifiedStore(
    context,
    events,
    () => idle.promise,
    typeof options.start === 'string' ? undefined : options.start,
  )
  const receiver = createUpdateReceiver({
    verified,
    slotClock,
    clock,
    minParticipation: options.minParticipation,
    signal,
    report: (peer, penalty, reason) => network.report(peer, penalty, reason),
    onWeakHead: (proven) => heads.showWeak(proven) && updateStatus(),
    isVerified: heads.isVerified,
    onHeaders(peer, roots) {
      agreement.note(peer, roots)
      showVerified()
    },
    onHead: (peer, slot) => network.noteHead(peer, slot),
    onDoubt: idle.resolve,
  })
  const fetcher = createFetcher({
    network,
    verified,
    receiver,
    slotClock,
    maxCheckpointAgeMs: options.maxCheckpointAgeMs,
    stalledAfterSlots: options.stalledAfterSlots,
    signal,
    random: options.random,
    pathOf: (peer) => network.pathOf(peer),
    askPeer: firstFlight.ask,
    onProgress(progress) {
      sync = progress
      // Only a real distance is worth a word: the present period's own update is fetched in passing.
      if (progress.targetPeriod > progress.startPeriod || heads.optimistic.value === undefined) enter('syncing')
    },
  })
  const status = createWatchable<LightClientStatus>(computeStatus(statusInputs()), sameLightClientStatus)
  showVerified()

  function statusInputs(): StatusInputs {
    const currentSlot = slotClock.currentSlot()
    return {
      phase,
      network: network.status,
      wasConnected,
      optimistic: heads.optimistic.value,
      finalized: heads.finalized.value,
      withheld: heads.withheld,
      currentSlot,
      slotsWithoutProgress: currentSlot - progressSlot,
      now: () => clock.now(),
      stalledAfterSlots: options.stalledAfterSlots,
      sync,
      evidence: fetcher.evidence,
      missingPeriod: fetcher.missingPeriod,
      conflict,
      skew: network.clockSkew(),
      error,
    }
  }

  function showVerified(): void {
    if (!heads.update(verified.optimistic, verified.finalized)) {
      if (minAgreement > 1 && heads.withheld?.because === 'agreement') confirm()
      return
    }
    announce()
    updateStatus()
  }

  /** Tells peers of the newest block that is shown as finalized. */
  function announce(): void {
    const finalized = heads.finalized.value
    if (finalized === undefined) return
    network.setStatus(localStatusOf(chain, finalized, heads.optimistic.value ?? finalized))
  }

  /** Asks other paths for their heads, again and again until the slot ends: they may not have this one yet. */
  function confirm(): void {
    const slot = slotClock.currentSlot()
    const confirmed = (): boolean => heads.withheld?.because !== 'agreement'
    confirming ??= (async () => {
      while (!confirmed() && slotClock.currentSlot() === slot) {
        const leftMs = slotClock.slotStartMs(slot + 1) - clock.now()
        await fetcher.confirmHeads(confirmed, Math.max(LEAST_CONFIRM_MS, leftMs))
        if (!confirmed()) await delay(Math.min(leftMs, chain.slotDurationMs / 4), { clock, signal })
      }
    })()
      .catch(() => {})
      .finally(() => {
        confirming = undefined
        // The head of a slot that began meanwhile found this under way.
        if (!signal.aborted && !confirmed() && slotClock.currentSlot() !== slot) confirm()
      })
  }

  function updateStatus(): void {
    status.set(computeStatus(statusInputs()))
  }

  function enter(next: Phase): void {
    phase = next
    updateStatus()
  }

  /** Stays at the head until there is something to fetch or nobody to fetch it from. */
  async function follow(): Promise<void> {
    // The answer that was waited for may itself have made someone stop us: then gossip would be joined for good.
    signal.throwIfAborted()
    sync = undefined
    enter('following')
    idle.resolve()
    while (network.status.peers > 0 && verified.store !== undefined && !fetcher.wantsUpdates()) {
      fetcher.checkAge()
      if (!isBehind()) {
        error = undefined
        failures = 0
      } else if (fetcher.missingPeriod !== undefined || fetcher.allOld) await renew()
      updateStatus()
      if (heads.withheld?.because === 'agreement') confirm()
      joinGossip()
      // Not awaited: a peer that never answers must not keep us from asking another one.
      if (fetcher.wantsHeads()) fetcher.refreshHeads().then(updateStatus, () => {})
      await notifier.wait(signal)
    }
  }

  function isBehind(): boolean {
    const slot = heads.optimistic.value?.slot ?? Number.NEGATIVE_INFINITY
    return slotClock.currentSlot() - slot > options.stalledAfterSlots
  }

  /** Peers cannot lead on: begins with a newer checkpoint of the user's providers, where they have one. */
  async function renew(): Promise<void> {
    const root = await renewal.sometimesNewerThan([heads.finalized.value?.root])
    if (root !== undefined) await fetcher.bootstrap(root)
  }

  /**
   * Joins gossip once there is a head: before, nothing that is gossiped can be validated, so that a page loads this code late.
   * Where it cannot, it tries again with the next slot. Not awaited: code that loads slowly, or never, must not keep
   * heads from being requested.
   */
  function joinGossip(): void {
    if (leaveGossip !== undefined || isJoining) return
    isJoining = true
    import('./gossip/follow-gossip.ts')
      .then(({ followGossip, trackGaps }) => {
        if (signal.aborted || phase === 'failed') return
        gaps ??= trackGaps(heads.optimistic, slotClock.currentSlot, () => phase !== 'following', network.emit)
        leaveGossip = followGossip({ gossip: network.gossip, topics, verified, receiver, slotClock, verdictOf })
      })
      .catch(() => {})
      .finally(() => {
        isJoining = false
      })
  }

  async function attempt(): Promise<void> {
    // After a loss there is something to catch up with first: being behind is not being stalled.
    if (network.status.peers === 0 && verified.store !== undefined) {
      progressSlot = slotClock.currentSlot()
      enter('syncing')
    }
    while (network.status.peers === 0) {
      await notifier.wait(signal)
      progressSlot = slotClock.currentSlot()
    }
    if (verified.store === undefined && start !== undefined) {
      enter('bootstrapping')
      await fetcher.bootstrap(start)
      error = undefined
    }
    fetcher.checkAge()
    // Without the committee of its period no head can be used: anyone who connects meanwhile is asked for that first.
    do {
      // Heads of the store's own period need no other committee, and do not wait for one.
      const early = fetcher.canVerifyHeads()
      await Promise.all([fetcher.catchUp(), early ? firstRefresh() : undefined])
      error = undefined
      if (!early || isBehind()) await firstRefresh()
    } while (network.status.peers > 0 && fetcher.wantsUpdates())
    firstFlight.end()
  }

  /** Waits for a current head by request, but not for long, and not once there is a peer to catch up by. */
  async function firstRefresh(): Promise<void> {
    const newcomer = Promise.withResolvers<void>()
    const unwatch = network.watchPeers(() => fetcher.wantsUpdates() && newcomer.resolve())
    const limit = deadline({ clock, afterMs: FIRST_REFRESH_MS, error: () => new Error('no current head yet'), signal })
    try {
      await raceSignal(Promise.race([fetcher.refreshHeads(), newcomer.promise]), limit.signal)
    } catch (thrown) {
      signal.throwIfAborted()
      if (network.status.peers === 0) throw thrown
    } finally {
      unwatch()
      limit.cancel()
    }
  }

  /** Waits, but not once peers offer more than they did: what was lacking may be there. */
  async function pause(waitMs: number, offered: number): Promise<void> {
    const over = linkSignals(signal)
    const unwatch = network.watchPeers((peers) => offers(peers) > offered && over.abort())
    await delay(waitMs, { clock, signal: over.signal }).catch(() => {})
    unwatch()
    over.dispose()
  }

  /** @returns false when it gives up */
  async function recover(thrown: unknown): Promise<boolean> {
    error = LamparaError.from(thrown, 'internal', 'Cannot follow the chain')
    if (error.code !== 'checkpoint_too_old') return true
    try {
      const root = await renewal.newerThan([start, heads.finalized.value?.root])
      if (root === undefined) return false
      start = root
      error = undefined
      if (verified.store !== undefined) await fetcher.bootstrap(root)
      return true
    } catch (cause) {
      signal.throwIfAborted()
      error = LamparaError.from(cause, 'internal', 'Cannot replace the checkpoint')
      return error.code !== 'checkpoint_too_old'
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const offered = offers(network.peers)
      try {
        await attempt()
        await follow()
      } catch (thrown) {
        if (signal.aborted) return
        if (!(await recover(thrown).catch(() => false))) {
          if (signal.aborted) return
          enter('failed')
          leaveGossip?.()
          heads.end(error)
          return
        }
        updateStatus()
        const waitMs = Math.min(RETRY_MS.first * 2 ** failures++, RETRY_MS.most)
        await pause(waitMs, offered)
      }
    }
  }

  const unwatchNetwork = network.watchStatus(({ peers }) => {
    if (peers > 0) wasConnected = true
    else gaps?.noteDisconnected()
    updateStatus()
    notifier.notify()
  })
  /** The last slot should have brought its predecessor's head: it was empty, or a connection is dead without a word. */
  function missesHead(slot: number): boolean {
    const newest = heads.optimistic.value?.slot
    return phase === 'following' && newest !== undefined && newest < slot - SIGNED_WITHIN_SLOTS
  }

  const ticking = (async () => {
    for await (const slot of slotClock.slots({ signal })) {
      gaps?.noteSlot(slot)
      updateStatus()
      if (missesHead(slot)) network.check().catch(() => {})
      notifier.notify()
    }
  })()
  const running = run()

  async function stop(): Promise<void> {
    if (!signal.aborted) {
      stopping.abort(new LamparaError('stopped', 'The light client was stopped'))
      unwatchNetwork()
      firstFlight.end()
      leaveGossip?.()
      if (phase !== 'failed') enter('stopped')
      heads.end()
      status.end()
      watchers.clear()
      idle.resolve()
    }
    await Promise.allSettled([running, ticking, confirming])
  }

  return {
    heads,
    gapReasonOf: (fromSlot, toSlot) => gaps?.reasonOf(fromSlot, toSlot) ?? 'catching_up',
    status,
    statusNow() {
      const now = computeStatus(statusInputs())
      return sameLightClientStatus(now, status.value) ? status.value : now
    },
    watchVerified(callback) {
      watchers.add(callback)
      return () => void watchers.delete(callback)
    },
    whenCommitteesChecked: verified.whenCommitteesChecked,
    stop,
  }
}
