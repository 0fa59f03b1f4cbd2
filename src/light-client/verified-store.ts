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
 * The one place where the store changes: objects are processed one after the other, and a committee that was taken
 * lazily is checked against its sum right after the object that brought it, before the next object is looked at.
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
  /** The object's committees are checked: it may be served and persisted. */
  onSettled(object: AnyObject): void
  onForged(object: AnyObject | undefined, error: LamparaError): void
}

interface Turn<T> {
  readonly value: T
  readonly followUp?: () => Promise<void>
}

interface State {
  readonly store: LightClientStore
  readonly finalized: ProvenHeader
  readonly optimistic: ProvenHeader
}

/** Creates an empty verified store. */
export function createVerifiedStore(context: VerificationContext, events: VerifiedStoreEvents): VerifiedStore {
  let state: State | undefined
  let tail: Promise<void> = Promise.resolve()
  let waiting = 0

  /** Runs after everything before it; the next one waits for `followUp` too, though the caller does not. */
  function inTurn<T>(work: () => Promise<Turn<T>>): Promise<T> {
    if (waiting >= MAX_WAITING) {
      return Promise.reject(new LamparaError('queue_overflow', 'Cannot process a light-client object: too many wait'))
    }
    waiting++
    const turn = tail.then(work)
    tail = turn
      .then(
        ({ followUp }) => followUp?.(),
        () => {},
      )
      .finally(() => {
        waiting--
      })
    return turn.then(({ value }) => value)
  }

  function move<T>(object: AnyObject | undefined, next: State, processed: Processed, value: T): Turn<T> {
    const before = state
    state = next
    events.onChange(processed)
    return { value, followUp: () => settle(object, next, before) }
  }

  async function settle(object: AnyObject | undefined, reached: State, before: State | undefined): Promise<void> {
    try {
      await checkStoreCommittees(context, reached.store)
    } catch (error) {
      state = before
      events.onForged(object, LamparaError.from(error, 'internal', 'Cannot check a sync committee'))
      return
    }
    if (object !== undefined) events.onSettled(object)
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
        const store = await initializeLightClientStore(context, trustedRoot, bootstrap)
        // A trusted root needs no signature.
        const proven = { header: store.finalizedHeader, participation: 1 }
        const processed = { finalizedAdvanced: true, optimisticAdvanced: true, changed: true }
        return move(bootstrap, { store, finalized: proven, optimistic: proven }, processed, undefined)
      }),

    process: (object, currentSlot) =>
      inTurn(async () => {
        if (state === undefined) {
          throw new LamparaError('period_out_of_reach', 'Cannot process an update: no bootstrap yet')
        }
        const store = await processLightClientUpdate(context, state.store, object, currentSlot)
        const next = advanced(state, store, participationOf(object.value.syncAggregate))
        const processed = comparison(state, next)
        return processed.changed ? move(object, next, processed, processed) : { value: processed }
      }),

    forceUpdate: (currentSlot) =>
      inTurn(async () => {
        const best = state?.store.bestValidUpdate
        if (state === undefined || best === undefined) return { value: false }
        const store = await processLightClientStoreForceUpdate(context, state.store, currentSlot)
        if (store === state.store) return { value: false }
        const next = advanced(state, store, participationOf(best.syncAggregate))
        return move(undefined, next, comparison(state, next), true)
      }),

    settled: () => tail,
  }
}

function advanced(before: State, store: LightClientStore, participation: number): State {
  return {
    store,
    finalized: moved(before.finalized, store.finalizedHeader, participation),
    optimistic: moved(before.optimistic, store.optimisticHeader, participation),
  }
}

function moved(before: ProvenHeader, header: LightClientHeader, participation: number): ProvenHeader {
  if (equalBytes(headerRoot(before.header.beacon), headerRoot(header.beacon))) return before
  return { header, participation }
}

function comparison(before: State, after: State): Processed {
  return {
    finalizedAdvanced: after.finalized.header.beacon.slot > before.finalized.header.beacon.slot,
    optimisticAdvanced: after.optimistic.header.beacon.slot > before.optimistic.header.beacon.slot,
    changed: after.store !== before.store,
  }
}
