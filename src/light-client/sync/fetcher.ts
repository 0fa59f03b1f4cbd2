import { type Hex, periodOfSlot, type SlotClock, startSlotOfPeriod, toHex } from '../../chain/index.ts'
import { isLamparaError, LamparaError } from '../../errors/index.ts'
import type { Network } from '../../network/types.ts'
import { protocols } from '../../reqresp/index.ts'
import type { Protocol } from '../../reqresp/types.ts'
import { headerRoot, type LightClientObject } from '../../ssz/index.ts'
import { deadline, linkSignals } from '../../streams/abort.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'
import type { UpdateReceiver } from '../store/receive-update.ts'
import type { AnyUpdate, VerifiedStore } from '../store/verified-store.ts'
import type { LightClientStatus } from '../types.ts'
import { verdictOf } from '../verification/index.ts'
import type { AskPeer } from './first-flight.ts'
import { createOldAnswers } from './old-answers.ts'
import { createRangeLimits } from './range-limits.ts'
import { requestBootstrap } from './request-bootstrap.ts'
import { MAX_PARALLEL, requestFromPeers } from './request-from-peers.ts'
import { createRetries } from './retries.ts'
import { nextSyncStep, type SyncStep } from './sync-plan.ts'

/** Heads are asked for while the newest one is further behind than this: its own slot's successor signs it. */
const CURRENT_SLOTS = 2
/** Peers asked for a head whose slot may simply be empty. */
const PEERS_FOR_A_SLOT = 4
/** What nobody could answer is asked again after 1, 2, 4 … slots, up to that many; near the end of a period more often. */
const MAX_RETRY_SLOTS = { heads: 8, updates: 32, lastUpdates: 4 } as const
/** The last part of a period, in which its update must be found: without it the next period cannot be followed. */
const LAST_PART = 1 / 8
/** Answers about finality that do where the head is current. */
const FINALITY_ANSWERS = 2
/** Heads so old are no matter of some empty slots. */
const ALL_OLD_SLOTS = 32
/** Peers whose last answer is remembered. */
const MAX_EVIDENCE = 64

/** How far catching up is, in periods. */
export type SyncProgress = NonNullable<LightClientStatus['sync']>

/** What a peer answered last, for the status. */
export interface PeerEvidence {
  readonly peer: string
  /** Slot of the newest header that it sent; undefined where it sent none. */
  readonly slot?: number
  /** Why it sent none, or none that could be used. */
  readonly error?: LamparaError
}

/** What a fetcher works with. */
export interface FetcherOptions {
  readonly network: Network
  readonly verified: VerifiedStore
  readonly receiver: UpdateReceiver
  readonly slotClock: SlotClock
  readonly maxCheckpointAgeMs: number
  readonly stalledAfterSlots: number
  readonly signal: AbortSignal
  readonly random?: (() => number) | undefined
  /** Independent path of a peer. */
  pathOf(peer: string): string
  /** How a peer is asked; see `startFirstFlight()`. */
  readonly askPeer: AskPeer
  onProgress(progress: SyncProgress): void
}

/** Asking for heads, as it is under way. */
interface Refresh {
  /** What could be verified when it began: see `reach()`. */
  readonly reach: string
  readonly recent: Promise<void>
  readonly over: Promise<void>
  abandon(): void
}

/** How peers are asked for their heads. */
interface HeadsQuestion {
  readonly maxPeers: number
  readonly parallel?: number
  complete(): boolean
  onAnswer?(): void
  /** Ends it earlier than the fetcher's own. */
  readonly signal?: AbortSignal
}

/** Brings into the store what peers answer when asked. No peer decides alone: an answer counts by what it does to the plan. */
export interface Fetcher {
  /**
   * Starts the store from the checkpoint, a block root.
   *
   * @throws LamparaError `checkpoint_too_old`, `checkpoint_unavailable`, `peer_unavailable`; what the last peer came to; the
   *   signal's reason
   */
  bootstrap(checkpoint: Hex): Promise<void>
  /**
   * Updates by range until nothing is left to ask for, or no peer could move the plan.
   *
   * @throws LamparaError `peer_unavailable`; the signal's reason
   */
  catchUp(): Promise<void>
  /**
   * Asks for the latest updates, for what gossip did not bring. Resolves as soon as the head is recent; asking for a better
   * one goes on behind that.
   *
   * @throws LamparaError `peer_unavailable`; the signal's reason
   */
  refreshHeads(): Promise<void>
  /**
   * Asks all peers for their heads, so that they confirm ours. Ends once enough have, or when the time is up: a peer that does
   * not answer holds up no confirmation. Never rejects but with the signal's reason.
   */
  confirmHeads(enough: () => boolean, withinMs: number): Promise<void>
  /** True when the store has the committee of the present period. */
  canVerifyHeads(): boolean
  /** True when there is something to fetch by range that is due, or that a peer was not asked for yet. */
  wantsUpdates(): boolean
  /** True when the heads are behind and the latest updates are due to be asked for. */
  wantsHeads(): boolean
  /** The period whose update every peer was asked for, and none gave; undefined while catching up goes on. */
  readonly missingPeriod: number | undefined
  /** True when the heads are more than 32 slots old, and so is all that peers answer with. */
  readonly allOld: boolean
  /** What peers answered last when asked for heads, the latest first. */
  readonly evidence: readonly PeerEvidence[]
  /** @throws LamparaError `checkpoint_too_old` when the finalized header is older than it may be */
  checkAge(): void
}

/** Fetches from peers into the store; reports invalid data. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { network, verified, receiver, slotClock, signal } = options
  const { chain, clock } = network
  const evidence = new Map<string, PeerEvidence>()
  const ranges = createRangeLimits(clock)
  const heads = createRetries(slotClock, () => MAX_RETRY_SLOTS.heads)
  const updates = createRetries(slotClock, () => {
    const slot = slotClock.currentSlot()
    const period = periodOfSlot(chain, slot)
    const end = startSlotOfPeriod(chain, period + 1)
    const isLastPart = end - slot <= (end - startSlotOfPeriod(chain, period)) * LAST_PART
    return isLastPart ? MAX_RETRY_SLOTS.lastUpdates : MAX_RETRY_SLOTS.updates
  })
  const oldAnswers = createOldAnswers({
    currentSlot: slotClock.currentSlot,
    maxBehindSlots: options.stalledAfterSlots,
    scoreOf: (peer) => network.peers.find(({ id }) => id === peer)?.score,
    lower: (peer) => network.report(peer, 'mid-tolerance', 'it answers with old heads'),
  })
  let missingPeriod: number | undefined
  let refreshing: Refresh | undefined

  const ask = {
    pathOf: options.pathOf,
    ask: options.askPeer,
    signal,
    ...(options.random && { random: options.random }),
  }

  /** @returns true when the store moved; throws for what no honest peer sends, so that nothing else of this peer is read */
  async function receive(update: AnyUpdate, peer: string): Promise<boolean> {
    try {
      return (await receiver.receive(update, peer)).changed
    } catch (error) {
      if (verdictOf(error) === 'reject') throw error
      return false
    }
  }

  function ageError(slot: number, words: string): LamparaError | undefined {
    const ageMs = clock.now() - slotClock.slotStartMs(slot)
    if (ageMs <= options.maxCheckpointAgeMs) return undefined
    const reason = `it is ${duration(ageMs)} old, ${duration(options.maxCheckpointAgeMs)} are allowed`
    return new LamparaError('checkpoint_too_old', `${words}: ${reason}`, { details: { slot, ageMs } })
  }

  function refuseOld(checkpoint: Hex, bootstrap: LightClientObject<'bootstrap'>): void {
    const { beacon } = bootstrap.value.header
    // What is not the checkpoint's block says nothing of its age: verification refuses it.
    if (toHex(headerRoot(beacon)) !== checkpoint) return
    const error = ageError(beacon.slot, `Cannot start from checkpoint ${checkpoint}`)
    if (error !== undefined) throw error
  }

  function plan(): SyncStep {
    const { store } = verified
    if (store === undefined) return { kind: 'follow' }
    return nextSyncStep({
      finalizedPeriod: periodOfSlot(chain, store.finalizedHeader.beacon.slot),
      optimisticPeriod: periodOfSlot(chain, store.optimisticHeader.beacon.slot),
      nextSyncCommitteeKnown: store.nextSyncCommittee !== undefined,
      currentPeriod: periodOfSlot(chain, slotClock.currentSlot()),
    })
  }

  const planKey = (step: SyncStep): string => (step.kind === 'updates' ? String(step.startPeriod) : 'follow')

  /** @returns what to do next: plan again, ask again for fewer, or wait until somebody may have more */
  async function fetchRange(
    asked: Extract<SyncStep, { kind: 'updates' }>,
    startPeriod: number,
  ): Promise<'moved' | 'again' | 'exhausted'> {
    const targetPeriod = periodOfSlot(chain, slotClock.currentSlot())
    const counts = new Map<string, number>()
    options.onProgress({ startPeriod, period: asked.startPeriod, targetPeriod })
    const answers = await requestFromPeers(network, {
      ...ask,
      protocol: protocols.lightClientUpdatesByRange,
      leads: true,
      requestTo(peer) {
        updates.noteAsked(peer)
        const step = plan()
        if (step.kind === 'follow' || !ranges.mayAsk(peer)) return undefined
        const count = ranges.limit(peer, step.count)
        counts.set(peer, count)
        return { startPeriod: step.startPeriod, count }
      },
      async accept(update: LightClientObject<'update'>, peer) {
        const before = planKey(plan())
        const changed = await receive(update, peer)
        // An update that leaves the plan where it was is no answer, however true it is.
        if (!changed || planKey(plan()) === before) return false
        ranges.noteProgress(peer)
        const period = periodOfSlot(chain, update.value.attestedHeader.beacon.slot)
        options.onProgress({ startPeriod, period, targetPeriod })
        return true
      },
      complete: () => plan().kind === 'follow',
    })
    let again = false
    for (const { peer, error } of answers) {
      if (error !== undefined && ranges.noteFailure(peer, error, counts.get(peer) ?? 1)) again = true
    }
    if (planKey(plan()) !== planKey(asked)) return 'moved'
    return again ? 'again' : 'exhausted'
  }

  async function askHeads<Update extends AnyUpdate>(
    protocol: Protocol<undefined, Update>,
    { onAnswer, ...asking }: HeadsQuestion,
  ): Promise<void> {
    const answers = await requestFromPeers(network, {
      ...ask,
      ...asking,
      protocol,
      requestTo(peer) {
        heads.noteAsked(peer)
        return undefined
      },
      async accept(update: Update, peer) {
        noteEvidence({ peer, slot: update.value.attestedHeader.beacon.slot })
        const progress = await receive(update, peer)
        // Updates of finality are rarely new.
        if (update.kind === 'optimistic_update') {
          oldAnswers.note(peer, update.value.attestedHeader.beacon.slot, verified.optimistic?.header.beacon.slot ?? 0)
        }
        onAnswer?.()
        return progress
      },
    })
    for (const { peer, error, responses } of answers) {
      if (responses === 0) noteEvidence({ peer, ...(isLamparaError(error) && { error }) })
    }
  }

  function noteEvidence(said: PeerEvidence): void {
    const { slot = -1 } = evidence.get(said.peer) ?? {}
    // Of two answers of one round the newer one counts.
    if (said.slot === undefined && slot >= 0) return
    evidence.delete(said.peer)
    evidence.set(said.peer, said)
    dropOldest(evidence, MAX_EVIDENCE)
  }

  function offering({ id }: { readonly id: string }): Network['peers'] {
    return network.peers.filter(({ protocols: offered }) => offered.length === 0 || offered.includes(id))
  }

  function behind(): number {
    const slot = verified.optimistic?.header.beacon.slot ?? Number.NEGATIVE_INFINITY
    return slotClock.currentSlot() - slot
  }

  /** Which periods' heads can be verified: an answer that was not useful before may be now. */
  function reach(): string {
    const { store } = verified
    if (store === undefined) return ''
    return `${periodOfSlot(chain, store.finalizedHeader.beacon.slot)} ${store.nextSyncCommittee !== undefined}`
  }

  function beginRefresh(): Refresh {
    const own = linkSignals(signal)
    const recent = Promise.withResolvers<void>()
    const over = refresh(recent.resolve, own.signal).finally(() => {
      own.dispose()
      if (refreshing === begun) refreshing = undefined
    })
    over.catch(() => {})
    const abandon = (): void => own.abort(new LamparaError('aborted', 'Peers are asked again'))
    const begun = { reach: reach(), recent: recent.promise, over, abandon }
    return begun
  }

  /** Both questions at once, to peers until the head is current. */
  async function refresh(recent: () => void, own: AbortSignal): Promise<void> {
    const stalled = behind() > options.stalledAfterSlots
    if (stalled) evidence.clear()
    const maxPeers = stalled ? Number.POSITIVE_INFINITY : PEERS_FOR_A_SLOT
    // Nobody can tell whether there is newer finality: some answers will do.
    let finalityAnswers = 0
    let finalityOver = false
    const isCurrent = (): boolean => {
      if (behind() <= options.stalledAfterSlots && (finalityAnswers > 0 || finalityOver)) recent()
      return behind() <= CURRENT_SLOTS
    }
    const asked = await Promise.allSettled([
      askHeads(protocols.lightClientOptimisticUpdate, { maxPeers, complete: isCurrent, signal: own }),
      askHeads(protocols.lightClientFinalityUpdate, {
        maxPeers,
        signal: own,
        complete: () => finalityAnswers >= (isCurrent() ? 1 : FINALITY_ANSWERS),
        onAnswer: () => void finalityAnswers++,
      }).finally(() => {
        finalityOver = true
        isCurrent()
      }),
    ])
    if (own.aborted && !signal.aborted) return
    heads.noteRound(behind() <= CURRENT_SLOTS)
    const failed = asked.find((result) => result.status === 'rejected')
    if (failed !== undefined && (signal.aborted || network.status.peers === 0)) throw failed.reason
  }

  return {
    bootstrap: (checkpoint) =>
      requestBootstrap(
        network,
        checkpoint,
        async (bootstrap, peer) => {
          refuseOld(checkpoint, bootstrap)
          // A provider that lags must not take back what is finalized here.
          if (bootstrap.value.header.beacon.slot <= (verified.finalized?.header.beacon.slot ?? -1)) return
          await receiver.reportIfInvalid(bootstrap, peer, () => verified.bootstrap(checkpoint, bootstrap))
        },
        ask,
      ),

    async catchUp() {
      const first = plan()
      if (first.kind === 'follow') return
      for (let step: SyncStep = first; step.kind === 'updates'; step = plan()) {
        updates.begin(planKey(step))
        const outcome = await fetchRange(step, first.startPeriod)
        if (outcome === 'again') continue
        updates.noteRound(outcome === 'moved')
        // The present period's own update may not exist yet; an earlier one does, somewhere.
        const isOver = step.startPeriod < periodOfSlot(chain, slotClock.currentSlot())
        missingPeriod = outcome === 'exhausted' && isOver ? step.startPeriod : undefined
        if (outcome === 'exhausted') return
      }
    },

    async refreshHeads() {
      // A peer that does not answer must not hold up those whose answers came too early.
      if (refreshing !== undefined && refreshing.reach !== reach()) {
        refreshing.abandon()
        refreshing = undefined
      }
      refreshing ??= beginRefresh()
      await Promise.race([refreshing.recent, refreshing.over])
    },

    async confirmHeads(enough, withinMs) {
      const { length } = network.peers
      const limit = deadline({
        clock,
        afterMs: withinMs,
        error: () => new LamparaError('timeout', 'Not confirmed'),
        signal,
      })
      const asking = { maxPeers: length, parallel: MAX_PARALLEL, complete: enough, signal: limit.signal }
      await Promise.allSettled([
        askHeads(protocols.lightClientOptimisticUpdate, asking),
        askHeads(protocols.lightClientFinalityUpdate, asking),
      ])
      limit.cancel()
      signal.throwIfAborted()
    },

    wantsUpdates() {
      const step = plan()
      if (step.kind === 'follow') missingPeriod = undefined
      updates.begin(planKey(step))
      return step.kind === 'updates' && updates.due(offering(protocols.lightClientUpdatesByRange))
    },
    canVerifyHeads() {
      const step = plan()
      return step.kind === 'follow' || step.startPeriod >= periodOfSlot(chain, slotClock.currentSlot())
    },
    wantsHeads() {
      const current = behind() <= CURRENT_SLOTS
      if (current) heads.noteRound(true)
      return !current && heads.due(offering(protocols.lightClientOptimisticUpdate))
    },
    get missingPeriod() {
      return missingPeriod
    },
    get allOld() {
      return behind() > ALL_OLD_SLOTS && [...evidence.values()].some(({ slot }) => slot !== undefined)
    },
    get evidence() {
      return [...evidence.values()].reverse()
    },
    checkAge() {
      const slot = verified.finalized?.header.beacon.slot
      const error = slot === undefined ? undefined : ageError(slot, `Cannot go on from finalized slot ${slot}`)
      if (error !== undefined) throw error
    },
  }
}

/** A duration in words: what is short is not "0.0 days". */
function duration(ms: number): string {
  if (ms >= 86_400_000) return `${(ms / 86_400_000).toFixed(1)} days`
  if (ms >= 3_600_000) return `${(ms / 3_600_000).toFixed(1)} hours`
  return `${Math.round(ms / 1000)} s`
}
