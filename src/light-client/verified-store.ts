import { equalBytes, type Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { headerRoot, type LightClientHeader, type LightClientObject } from '../ssz/index.ts'
import { participationOf } from './head.ts'
import {
  checkStoreCommittees,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientStoreForceUpdate,
  processLightClientUpdate,
  type UpdateObject,
  type VerificationContext,
} from './verification/index.ts'

/** An object that moves a store on. */
export type AnyUpdate = UpdateObject

/** A header with the share of the committee whose signature proved it. */
export interface ProvenHeader {
  readonly header: LightClientHeader
  readonly participation: number
  /** True for a finalized header that never was final: a forced update took it for want of one. */
  readonly forced?: boolean
}

/** What an object did to the store. */
export interface Processed {
  readonly finalizedAdvanced: boolean
  readonly optimisticAdvanced: boolean
  /** False when nothing at all changed. */
  readonly changed: boolean
}

/** How many objects may wait for their turn: more come only from a flood. */
const MAX_WAITING = 64

/**
 * The one place where the store changes: objects are processed one after the other. A committee that was taken lazily is
 * compared with its sum afterwards, off the critical path; what had been built on a forged one is then taken back.
 */
export interface VerifiedStore {
  readonly store: LightClientStore | undefined
  readonly finalized: ProvenHeader | undefined
  readonly optimistic: ProvenHeader | undefined
  /**
   * Starts from a trusted block root.
   *
   * @throws LamparaError as `initializeLightClientStore()`
   */
  bootstrap(trustedRoot: Hex, bootstrap: LightClientObject<'bootstrap'>): Promise<void>
  /**
   * Verifies an object and moves on by it.
   *
   * @throws LamparaError as `processLightClientUpdate()`; `queue_overflow` when too many wait already
   */
  process(object: AnyUpdate, currentSlot: number): Promise<Processed>
  /** Forces the best update seen, after UPDATE_TIMEOUT without finality. @returns true when the store moved */
  forceUpdate(currentSlot: number): Promise<boolean>
  /** Resolves when everything handed in so far is processed and its committees are compared with their sums. */
  settled(): Promise<void>
}

/** Any light-client object. */
export type AnyObject = AnyUpdate | LightClientObject<'bootstrap'>

/** Called on every change, and when a committee proves forged after the fact and the store was rolled back. */
export interface VerifiedStoreEvents {
  onChange(processed: Processed): void
  /** The committees of what an object moved the store to are checked: both may be served and persisted. None for a forced update. */
  onSettled(object: AnyObject, reached: VerifiedState): void
  onForged(object: AnyObject | undefined, error: LamparaError): void
}

/** What was verified, at a moment. */
export interface VerifiedState {
  readonly store: LightClientStore
  readonly finalized: ProvenHeader
  readonly optimistic: ProvenHeader
}

/** The state that a store begins with. */
export function beginningAt(store: LightClientStore, participation: number): VerifiedState {
  const proven = { header: store.finalizedHeader, participation }
  return { store, finalized: proven, optimistic: proven }
}

/**
 * Creates a verified store.
 *
 * @param initial - verified before, its committees checked; empty without it
 * @param calm - resolves when nothing more urgent is to be done: committees are compared with their sums from then on.
 *   Until then they are only taken lazily, and never advanced by: advancing itself compares first
 */
export function createVerifiedStore(
  context: VerificationContext,
  events: VerifiedStoreEvents,
  calm: () => Promise<void> = async () => {},
  initial?: VerifiedState,
): VerifiedStore {
  let state = initial
  // In the order in which they were reached: the first one that proves forged takes the rest with it.
  const unsettled = new Set<VerifiedState>()
  let tail: Promise<void> = Promise.resolve()
  let settling: Promise<void> = Promise.resolve()
  let waiting = 0

  /** Runs after everything before it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= MAX_WAITING) {
      return Promise.reject(new LamparaError('queue_overflow', 'Cannot process a light-client object: too many wait'))
    }
    waiting++
    const turn = tail.then(work).finally(() => {
      waiting--
    })
    tail = turn.then(
      () => {},
      () => {},
    )
    return turn
  }

  /** Moves on from the present state; begins anew when that was rolled back while the next one was worked out. */
  async function advance(
    object: AnyObject | undefined,
    next: (from: VerifiedState | undefined) => Promise<VerifiedState | undefined>,
  ): Promise<Processed> {
    for (;;) {
      const from = state
      const reached = await next(from)
      if (state !== from) continue
      const processed = comparison(from, reached)
      if (reached === undefined || !processed.changed) return processed
      state = reached
      unsettled.add(reached)
      settling = settling.then(() => settle(object, from, reached))
      events.onChange(processed)
      return processed
    }
  }

  async function settle(
    object: AnyObject | undefined,
    from: VerifiedState | undefined,
    reached: VerifiedState,
  ): Promise<void> {
    await calm()
    if (!unsettled.has(reached)) return
    try {
      await checkStoreCommittees(context, reached.store)
    } catch (error) {
      state = from
      unsettled.clear()
      events.onForged(object, LamparaError.from(error, 'internal', 'Cannot check a sync committee'))
      return
    }
    unsettled.delete(reached)
    if (object !== undefined) events.onSettled(object, reached)
  }

  return {
    get store() {
      return state?.store
    },
    get finalized() {
      return state?.finalized
    },
    get optimistic() {
      return state?.optimistic
    },

    bootstrap: (trustedRoot, bootstrap) =>
      inTurn(async () => {
        await advance(bootstrap, async () => {
          const store = await initializeLightClientStore(context, trustedRoot, bootstrap)
          // A trusted root needs no signature.
          return beginningAt(store, 1)
        })
      }),

    process: (object, currentSlot) =>
      inTurn(() =>
        advance(object, async (from) => {
          if (from === undefined) {
            throw new LamparaError('period_out_of_reach', 'Cannot process an update: no bootstrap yet')
          }
          const store = await processLightClientUpdate(context, from.store, object, currentSlot)
          return advanced(from, store, participationOf(object.value.syncAggregate))
        }),
      ),

    forceUpdate: (currentSlot) =>
      inTurn(async () => {
        const { changed } = await advance(undefined, async (from) => {
          const best = from?.store.bestValidUpdate
          if (from === undefined || best === undefined) return from
          const store = await processLightClientStoreForceUpdate(context, from.store, currentSlot)
          return advanced(from, store, participationOf(best.syncAggregate), true)
        })
        return changed
      }),

    async settled() {
      await tail
      await settling
    },
  }
}

function advanced(
  before: VerifiedState,
  store: LightClientStore,
  participation: number,
  forced = false,
): VerifiedState {
  return {
    store,
    finalized: moved(before.finalized, store.finalizedHeader, participation, forced),
    optimistic: moved(before.optimistic, store.optimisticHeader, participation),
  }
}

function moved(before: ProvenHeader, header: LightClientHeader, participation: number, forced = false): ProvenHeader {
  if (equalBytes(headerRoot(before.header.beacon), headerRoot(header.beacon))) return before
  return { header, participation, forced }
}

function comparison(before: VerifiedState | undefined, after: VerifiedState | undefined): Processed {
  return {
    finalizedAdvanced: slotOf(after?.finalized) > slotOf(before?.finalized),
    optimisticAdvanced: slotOf(after?.optimistic) > slotOf(before?.optimistic),
    changed: after?.store !== before?.store,
  }
}

function slotOf(proven: ProvenHeader | undefined): number {
  return proven?.header.beacon.slot ?? -1
}
