import { createSlotClock, epochOfSlot, type Hex, periodOfSlot, type SlotClock } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { Network } from '../network/types.ts'
import { protocols } from '../reqresp/index.ts'
import type { LightClientObject } from '../ssz/index.ts'
import { delay } from '../streams/abort.ts'
import { createBell } from '../streams/bell.ts'
import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { askBootstrap, askPeers } from './ask-peers.ts'
import { assess, type Phase, type Situation, slotsBehind } from './assess.ts'
import { followGossip } from './follow-gossip.ts'
import { createHeadBoard, type HeadBoard } from './head-board.ts'
import { localStatusOf } from './local-status.ts'
import { nextSyncStep, type SyncStep } from './sync-plan.ts'
import type { LightClientStatus } from './types.ts'
import { type VerificationContext, verdictOf } from './verification/index.ts'
import { type AnyObject, type AnyUpdate, createVerifiedStore } from './verified-store.ts'

/** What a follower works with; all of it is handed in. */
export interface FollowerOptions {
  readonly network: Network
  readonly context: VerificationContext
  readonly checkpoint: Hex
  readonly minParticipation: number
  readonly maxCheckpointAgeMs: number
  readonly stalledAfterSlots: number
}

/** The driver that keeps a verified store at the head of the chain. */
export interface Follower {
  readonly heads: HeadBoard
  readonly status: Watchable<LightClientStatus>
  watchVerified(callback: (object: LightClientObject) => void): () => void
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Waits between failed attempts double from the first to the second of these. */
const RETRY_MS = { first: 500, most: 12_000 }

/** Starts following: bootstrap, catch up, then gossip, and again from wherever it was after a loss. */
export function startFollower(options: FollowerOptions): Follower {
  const { network, context } = options
  const { chain, clock } = network
  const slotClock: SlotClock = createSlotClock(chain, clock)
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  const heads = createHeadBoard(chain, { minParticipation: options.minParticipation, now: () => clock.now() })
  const watchers = new Set<(object: LightClientObject) => void>()
  const senders = new WeakMap<AnyObject, string>()

  let phase: Phase = 'starting'
  let sync: LightClientStatus['sync']
  let error: LamparaError | undefined
  let wasConnected = false
  let lastRangeEpoch = -1
  let lastRefreshSlot = -1

  const verified = createVerifiedStore(context, {
    onChange(processed) {
      heads.update(verified.optimistic, verified.finalized)
      if (processed.finalizedAdvanced) announceStatus()
      refreshStatus()
    },
    onSettled(object) {
      for (const watcher of watchers) watcher(object)
    },
    onForged(object, forgery) {
      const sender = object === undefined ? undefined : senders.get(object)
      if (sender !== undefined) network.report(sender, 'fatal', forgery.code)
      error = forgery
      refreshStatus()
      bell.ring()
    },
  })

  const status = createWatchable<LightClientStatus>(assess(situation()))

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

  function refreshStatus(): void {
    status.set(assess(situation()))
  }

  function enter(next: Phase): void {
    phase = next
    refreshStatus()
  }

  function announceStatus(): void {
    const header = verified.store?.finalizedHeader.beacon
    if (header !== undefined) network.setStatus(localStatusOf(chain, header))
  }

  async function take(object: AnyUpdate, peer: string): Promise<void> {
    senders.set(object, peer)
    try {
      await verified.process(object, slotClock.currentSlot())
    } catch (thrown) {
      if (verdictOf(thrown) === 'ignore') return
      network.report(peer, 'fatal', isLamparaError(thrown) ? thrown.code : 'internal')
      throw thrown
    }
  }

  async function bootstrap(): Promise<void> {
    enter('bootstrapping')
    await askBootstrap(
      network,
      options.checkpoint,
      async (object, peer) => {
        senders.set(object, peer)
        refuseOld(object)
        try {
          await verified.bootstrap(options.checkpoint, object)
        } catch (thrown) {
          network.report(peer, 'fatal', isLamparaError(thrown) ? thrown.code : 'internal')
          throw thrown
        }
      },
      { signal },
    )
  }

  function refuseOld(object: LightClientObject<'bootstrap'>): void {
    const { slot } = object.value.header.beacon
    const ageMs = clock.now() - slotClock.slotStartMs(slot)
    if (ageMs <= options.maxCheckpointAgeMs) return
    const days = (ms: number): string => (ms / 86_400_000).toFixed(1)
    throw new LamparaError(
      'checkpoint_too_old',
      `Cannot start from checkpoint ${options.checkpoint}: it is ${days(ageMs)} days old, ${days(options.maxCheckpointAgeMs)} are allowed`,
      { details: { slot, ageMs } },
    )
  }

  function planSync(): SyncStep {
    const { store } = verified
    if (store === undefined) return { kind: 'follow' }
    return nextSyncStep({
      finalizedPeriod: periodOfSlot(chain, store.finalizedHeader.beacon.slot),
      optimisticPeriod: periodOfSlot(chain, store.optimisticHeader.beacon.slot),
      nextSyncCommitteeKnown: store.nextSyncCommittee !== undefined,
      currentPeriod: periodOfSlot(chain, slotClock.currentSlot()),
    })
  }

  /** Updates by range until nothing is left to ask for, or an answer brings nothing new. */
  async function catchUp(): Promise<void> {
    let step = planSync()
    const startPeriod = step.kind === 'updates' ? step.startPeriod : 0
    while (step.kind === 'updates') {
      lastRangeEpoch = epochOfSlot(chain, slotClock.currentSlot())
      const targetPeriod = periodOfSlot(chain, slotClock.currentSlot())
      const asked = step
      sync = { startPeriod, period: step.startPeriod, targetPeriod }
      // Only a real distance is worth a word: the present period's own update is fetched in passing.
      if (targetPeriod > step.startPeriod || heads.optimistic.value === undefined) enter('syncing')
      try {
        await askPeers(
          network,
          protocols.lightClientUpdatesByRange,
          { startPeriod: step.startPeriod, count: step.count },
          async (update, peer) => {
            await take(update, peer)
            sync = { startPeriod, period: periodOfSlot(chain, update.value.attestedHeader.beacon.slot), targetPeriod }
            refreshStatus()
          },
          { signal },
        )
      } catch (thrown) {
        // Heads may be followed within this period and the next without its update: peers may not have made it yet.
        if (!isLamparaError(thrown, 'resource_unavailable') && !isLamparaError(thrown, 'response_empty')) throw thrown
      }
      step = planSync()
      // What peers have leads no further: the same question would get the same answer.
      if (step.kind === 'updates' && step.startPeriod <= asked.startPeriod) break
    }
    sync = undefined
  }

  /** Asks for the latest updates, for what gossip did not bring. A peer without them is no failure. */
  async function refreshHeads(): Promise<void> {
    lastRefreshSlot = slotClock.currentSlot()
    const asked = await Promise.allSettled([
      askPeers(network, protocols.lightClientFinalityUpdate, undefined, take, { signal }),
      askPeers(network, protocols.lightClientOptimisticUpdate, undefined, take, { signal }),
    ])
    const failed = asked.find((result) => result.status === 'rejected')
    if (failed !== undefined && (signal.aborted || network.status.peers === 0)) throw failed.reason
  }

  /** Stays at the head until there is something to fetch or nobody to fetch it from. */
  async function follow(): Promise<void> {
    enter('following')
    while (network.status.peers > 0 && verified.store !== undefined) {
      const slot = slotClock.currentSlot()
      if (planSync().kind === 'updates' && epochOfSlot(chain, slot) > lastRangeEpoch) return
      const behind = slotsBehind({ verifiedSlot: verified.store.optimisticHeader.beacon.slot, currentSlot: slot })
      if (behind > options.stalledAfterSlots) {
        if (slot >= lastRefreshSlot + options.stalledAfterSlots) await refreshHeads()
        await verified.forceUpdate(slot)
      } else {
        error = undefined
      }
      refreshStatus()
      await bell.wait(signal)
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        while (network.status.peers === 0) await bell.wait(signal)
        if (verified.store === undefined) await bootstrap()
        await catchUp()
        await refreshHeads()
        failures = 0
        error = undefined
        await follow()
      } catch (thrown) {
        if (signal.aborted) return
        const failure = LamparaError.from(thrown, 'internal', 'Cannot follow the chain')
        if (failure.code === 'checkpoint_too_old') return fail(failure)
        error = failure
        refreshStatus()
        await delay(Math.min(RETRY_MS.first * 2 ** failures++, RETRY_MS.most), { clock, signal })
      }
    }
  }

  function fail(failure: LamparaError): void {
    error = failure
    enter('failed')
    heads.end(failure)
  }

  const unwatchNetwork = network.watchStatus((networkStatus) => {
    if (networkStatus.peers > 0) wasConnected = true
    refreshStatus()
    bell.ring()
  })
  const leaveGossip = followGossip(network.gossip, verified, slotClock)
  const ticking = (async () => {
    for await (const _slot of slotClock.slots({ signal })) {
      refreshStatus()
      bell.ring()
    }
  })()
  const running = run()

  async function stop(): Promise<void> {
    if (!signal.aborted) {
      stopping.abort(new LamparaError('stopped', 'The light client was stopped'))
      unwatchNetwork()
      leaveGossip()
      if (phase !== 'failed') enter('stopped')
      heads.end()
      status.end()
      watchers.clear()
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
    stop,
  }
}
