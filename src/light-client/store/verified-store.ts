import { equalBytes, type Hex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { type BeaconBlockHeader, headerRoot, type LightClientHeader, type LightClientObject } from '../../ssz/index.ts'
import { participationOf } from '../head.ts'
import {
  checkStoreCommittees,
  hasSupermajority,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientUpdate,
  type UpdateObject,
  type VerificationContext,
  validateLightClientUpdate,
} from '../verification/index.ts'
import { type Conflict, createConflictRules } from './conflicts.ts'
import { addsNothing } from './relevance.ts'
import { beginningAt, type ProvenHeader, type VerifiedState } from './verified-state.ts'

/** An object that moves a store on. */
export type AnyUpdate = UpdateObject

/** What an object did to the store. */
export interface Processed {
  readonly finalizedAdvanced: boolean
  readonly optimisticAdvanced: boolean
  /** False when nothing changed: neither a header nor a committee, nor the best proof of a header. */
  readonly changed: boolean
}

/** How an object is processed. */
export interface ProcessOptions {
  /** Checks the signature even where the object adds nothing to the store: for what is to be forwarded. @default false */
  readonly always?: boolean
}

/** How many objects may wait for their turn: more come only from a flood. */
const MAX_WAITING = 64

/**
 * The one place where the store changes: objects are processed one after the other. Nothing that fewer than two thirds of a
 * known committee signed gets in, and there is no forced update (`process_light_client_store_force_update` is optional, and
 * with it one key and a day's patience fake a finalized header).
 *
 * A committee that was taken lazily is compared with its sum afterwards, off the critical path; what had been built on a
 * forged one is then rolled back.
 */
export interface VerifiedStore {
  readonly store: LightClientStore | undefined
  readonly finalized: ProvenHeader | undefined
  readonly optimistic: ProvenHeader | undefined
  /** True when the committees of all that was verified are compared with their sums. */
  readonly committeesChecked: boolean
  /** The last pair of signed headers that exclude each other. */
  readonly conflict: Conflict | undefined
  /**
   * Starts from a trusted block root; a store that stands is replaced only by a newer block.
   *
   * @throws LamparaError as `initializeLightClientStore()`
   */
  bootstrap(trustedRoot: Hex, bootstrap: LightClientObject<'bootstrap'>): Promise<void>
  /**
   * Verifies an object and moves on by it. What adds nothing is refused before its signature is checked.
   *
   * @throws LamparaError `supermajority_missing` below two thirds, before anything else is checked; `update_conflicting` for
   *   what excludes a header that two thirds signed before; as `processLightClientUpdate()`; `queue_overflow` when too many
   *   wait already
   */
  process(object: AnyUpdate, currentSlot: number, options?: ProcessOptions): Promise<Processed>
  /**
   * Verifies an object that too few signed to move the store, which stays as it is.
   *
   * @throws LamparaError as `validateLightClientUpdate()`; `queue_overflow`
   */
  prove(object: AnyUpdate, currentSlot: number): Promise<ProvenHeader>
  /** Resolves when everything handed in so far is processed and its committees are compared with their sums. */
  whenCommitteesChecked(): Promise<void>
}

/** Any light-client object. */
export type AnyObject = AnyUpdate | LightClientObject<'bootstrap'>

/** Called on every change, on conflicts, and when a committee proves forged after the fact and the store was rolled back. */
export interface VerifiedStoreEvents {
  onChange(processed: Processed): void
  /** The committees of what an object moved the store to are checked: both may be served and persisted. */
  onCommitteesChecked(object: AnyObject, reached: VerifiedState): void
  onForged(object: AnyObject, error: LamparaError): void
  /** Two thirds signed two headers that exclude each other. The store stays with the one it had. */
  onConflict(conflict: Conflict, object: AnyUpdate): void
}

/**
 * Creates a verified store.
 *
 * @param initial - verified before, its committees checked; empty without it
 * @param whenIdle - resolves when nothing more urgent is to be done: committees are compared with their sums from then on.
 *   Until then they are only taken lazily, and never advanced by: advancing itself compares first
 */
export function createVerifiedStore(
  context: VerificationContext,
  events: VerifiedStoreEvents,
  whenIdle: () => Promise<void> = async () => {},
  initial?: VerifiedState,
): VerifiedStore {
  const { chain } = context
  const rules = createConflictRules(chain)
  let state = initial
  // In the order in which they were reached: the first one that proves forged takes the rest with it.
  const unchecked = new Set<VerifiedState>()
  let tail: Promise<void> = Promise.resolve()
  let checking: Promise<void> = Promise.resolve()
  let waiting = 0

  /** Runs after everything before it. */
  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= MAX_WAITING) {
      return Promise.reject(new LamparaError('queue_overflow', 'Cannot process a light-client object: too many wait'))
    }
    waiting++
    const result = tail.then(work).finally(() => {
      waiting--
    })
    tail = result.then(
      () => {},
      () => {},
    )
    return result
  }

  /** Moves on from the present state; starts over when that was rolled back while the next one was worked out. */
  async function advance(
    object: AnyObject,
    next: (from: VerifiedState | undefined) => Promise<VerifiedState | undefined>,
  ): Promise<Processed> {
    for (;;) {
      const from = state
      const reached = await next(from)
      if (state !== from) continue
      const processed = comparison(from, reached)
      if (reached === undefined || !processed.changed) return processed
      state = reached
      unchecked.add(reached)
      checking = checking.then(() => checkCommittees(object, from, reached))
      events.onChange(processed)
      return processed
    }
  }

  async function checkCommittees(
    object: AnyObject,
    from: VerifiedState | undefined,
    reached: VerifiedState,
  ): Promise<void> {
    await whenIdle()
    if (!unchecked.has(reached)) return
    try {
      await checkStoreCommittees(context, reached.store)
    } catch (error) {
      state = from
      unchecked.clear()
      rules.forget()
      events.onForged(object, LamparaError.from(error, 'internal', 'Cannot check a sync committee'))
      return
    }
    unchecked.delete(reached)
    events.onCommitteesChecked(object, reached)
  }

  function refuseConflict(conflict: Conflict | undefined, object: AnyUpdate): void {
    if (conflict === undefined) return
    events.onConflict(conflict, object)
    throw new LamparaError(
      'update_conflicting',
      `Cannot use the update: its ${conflict.kind} header of slot ${conflict.other.slot} excludes one that two thirds signed before`,
    )
  }

  async function processFrom(
    from: VerifiedState | undefined,
    object: AnyUpdate,
    currentSlot: number,
    { always = false }: ProcessOptions,
  ): Promise<VerifiedState> {
    if (from === undefined) {
      throw new LamparaError('period_out_of_reach', 'Cannot process an update: no bootstrap yet')
    }
    if (!always && addsNothing(chain, from, object) && !rules.mayConflict(from, object)) {
      throw new LamparaError('update_not_relevant', 'Cannot use the update: the store is as new already')
    }
    const store = await processLightClientUpdate(context, from.store, object, currentSlot)
    if (state !== from) return from
    refuseConflict(rules.check(from, object), object)
    rules.accept(object)
    return advanced(from, store, object)
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
    get committeesChecked() {
      return unchecked.size === 0
    },
    get conflict() {
      return rules.last
    },

    bootstrap: (trustedRoot, bootstrap) =>
      enqueue(async () => {
        await advance(bootstrap, async (from) => {
          const store = await initializeLightClientStore(context, trustedRoot, bootstrap)
          // A trusted root needs no signature.
          if (slotOf(from?.finalized) >= store.finalizedHeader.beacon.slot) return from
          rules.forget()
          return beginningAt(store, 1)
        })
      }),

    process: (object, currentSlot, options = {}) => {
      if (!hasSupermajority(object.value.syncAggregate)) {
        const percent = (participationOf(object.value.syncAggregate) * 100).toFixed(0)
        const words = `Cannot use the update: ${percent} % of the committee signed it, less than two thirds`
        return Promise.reject(new LamparaError('supermajority_missing', words))
      }
      return enqueue(() => advance(object, (from) => processFrom(from, object, currentSlot, options)))
    },

    prove: (object, currentSlot) =>
      enqueue(async () => {
        if (state === undefined) {
          throw new LamparaError('period_out_of_reach', 'Cannot verify an update: no bootstrap yet')
        }
        await validateLightClientUpdate(context, state.store, object, currentSlot)
        const { attestedHeader, syncAggregate } = object.value
        return { header: attestedHeader, participation: participationOf(syncAggregate) }
      }),

    async whenCommitteesChecked() {
      await tail
      await checking
    },
  }
}

/** The state after an object that two thirds signed; the same one when nothing in it changed. */
function advanced(before: VerifiedState, store: LightClientStore, object: AnyUpdate): VerifiedState {
  const participation = participationOf(object.value.syncAggregate)
  const proves = (header: LightClientHeader): boolean => {
    const { attestedHeader } = object.value
    const finalized = 'finalizedHeader' in object.value ? object.value.finalizedHeader : undefined
    return (
      sameHeader(header.beacon, attestedHeader.beacon) || (!!finalized && sameHeader(header.beacon, finalized.beacon))
    )
  }
  const better = (known: ProvenHeader, header: LightClientHeader): ProvenHeader => {
    if (!sameHeader(known.header.beacon, header.beacon)) return { header, participation }
    return proves(header) && participation > known.participation ? { ...known, participation } : known
  }
  const finalized = better(before.finalized, store.finalizedHeader)
  const optimistic = better(before.optimistic, store.optimisticHeader)
  const committeesStand =
    store.currentSyncCommittee === before.store.currentSyncCommittee &&
    store.nextSyncCommittee === before.store.nextSyncCommittee
  if (finalized === before.finalized && optimistic === before.optimistic && committeesStand) return before
  // The best update is for a forced one, which there is none of.
  return { store: { ...store, bestValidUpdate: undefined }, finalized, optimistic }
}

function sameHeader(a: BeaconBlockHeader, b: BeaconBlockHeader): boolean {
  return a === b || (a.slot === b.slot && equalBytes(headerRoot(a), headerRoot(b)))
}

function comparison(before: VerifiedState | undefined, after: VerifiedState | undefined): Processed {
  return {
    finalizedAdvanced: slotOf(after?.finalized) > slotOf(before?.finalized),
    optimisticAdvanced: slotOf(after?.optimistic) > slotOf(before?.optimistic),
    changed: after !== before,
  }
}

function slotOf(proven: ProvenHeader | undefined): number {
  return proven?.header.beacon.slot ?? -1
}
