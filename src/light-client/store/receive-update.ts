import { type Hex, type SlotClock, toHex } from '../../chain/index.ts'
import { isLamparaError, LamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import type { PeerPenalty } from '../../peers/types.ts'
import { headerRoot } from '../../ssz/index.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { participationOf } from '../head.ts'
import { hasSupermajority, verdictOf } from '../verification/index.ts'
import type { ProvenHeader } from './verified-state.ts'
import type { AnyObject, AnyUpdate, Processed, ProcessOptions, VerifiedStore } from './verified-store.ts'

/** Signature checks without progress that one peer may cause in one slot. Honest peers need two. */
const CHECKS_PER_SLOT = 8
/** Peers of one slot that are counted; the rest share one allowance. */
const MAX_PEERS_COUNTED = 256
/** An update of a slot that has not begun by our clock waits for it, so far ahead and so many, of one peer both kinds of each slot. */
const EARLY_SLOTS = 2
const MAX_EARLY = 64
const MAX_EARLY_PER_PEER = 4
/** Penalties that wait until committees are checked. */
const MAX_DEFERRED = 64

/** Errors that say something of the sender only where the committee itself is right. */
const restsOnCommittee: ReadonlySet<LamparaErrorCode> = new Set([
  'signature_invalid',
  'sync_committee_mismatch',
  'sync_committee_aggregate_mismatch',
])

/** What receiving updates works with; all of it is handed in. */
export interface UpdateReceiverOptions {
  readonly verified: VerifiedStore
  readonly slotClock: SlotClock
  readonly clock: Clock
  /** The share of the committee from which on a head is shown. Below two thirds such heads are shown only. */
  readonly minParticipation: number
  readonly signal: AbortSignal
  report(peer: string, penalty: PeerPenalty, reason: string): void
  /** A valid head that too few signed for the store to move. */
  onWeakHead(proven: ProvenHeader): void
  /** True for the root of a header that was verified before and may be shown yet. */
  isVerified(root: Hex): boolean
  /** Verified headers that a peer sent. */
  onHeaders(peer: string, roots: readonly Hex[]): void
  /** The slot of a header that a peer sent, verified or not, as it arrives. */
  onHead(peer: string, slot: number): void
  /** Committees are to be compared with their sums now: a penalty depends on it. */
  onDoubt(): void
}

/** The one way by which updates of peers get into the store. */
export interface UpdateReceiver {
  /**
   * Processes what a peer sent, within the peer's allowance of signature checks, and reports the peer where it is invalid.
   * An update of one of the next two slots waits for its slot and is processed then.
   *
   * @throws LamparaError as `VerifiedStore.process()`; `update_from_future` for what waits; `queue_overflow` beyond the allowance
   */
  receive(update: AnyUpdate, peer: string, options?: ProcessOptions): Promise<Processed>
  /** Verifies what a peer sent by other means, and reports the peer where it is invalid. */
  reportIfInvalid<T>(object: AnyObject, peer: string, verify: () => Promise<T>): Promise<T>
  /** Peer id of who sent an object. */
  senderOf(object: AnyObject): string | undefined
  /** A committee proved forged: penalties that rested on it are dropped. */
  dropPenalties(): void
}

const unchanged: Processed = { finalizedAdvanced: false, optimisticAdvanced: false, changed: false }

/** Creates a receiver. */
export function createUpdateReceiver(options: UpdateReceiverOptions): UpdateReceiver {
  const { verified, slotClock, clock, signal } = options
  const senders = new WeakMap<AnyObject, string>()
  const early = new Map<AnyUpdate, { readonly peer: string; readonly cancel: CancelTimer }>()
  let checks = new Map<string, number>()
  let checksOfSlot = -1
  let deferred = 0
  let rollbacks = 0

  function penalize(peer: string, error: unknown): void {
    if (verdictOf(error) !== 'reject') return
    const reason = isLamparaError(error) ? error.code : 'internal'
    if (verified.committeesChecked || !isLamparaError(error) || !restsOnCommittee.has(error.code)) {
      options.report(peer, 'fatal', reason)
      return
    }
    // Where the committee proves forged, it is not this peer that lied.
    if (deferred >= MAX_DEFERRED) return
    deferred++
    const asOf = rollbacks
    options.onDoubt()
    void verified.whenCommitteesChecked().then(() => {
      deferred--
      if (rollbacks === asOf && !signal.aborted) options.report(peer, 'fatal', reason)
    })
  }

  async function reportIfInvalid<T>(object: AnyObject, peer: string, verify: () => Promise<T>): Promise<T> {
    senders.set(object, peer)
    try {
      return await verify()
    } catch (error) {
      penalize(peer, error)
      throw error
    }
  }

  /** @returns gives the check back: it brought progress, or cost no signature */
  function takeCheck(peer: string): () => void {
    const slot = slotClock.currentSlot()
    if (slot !== checksOfSlot) {
      checks = new Map()
      checksOfSlot = slot
    }
    const key = checks.has(peer) || checks.size < MAX_PEERS_COUNTED ? peer : ''
    const taken = checks.get(key) ?? 0
    if (taken >= CHECKS_PER_SLOT) {
      throw new LamparaError(
        'queue_overflow',
        `Cannot process an update of ${peer}: it has sent too many without progress`,
      )
    }
    checks.set(key, taken + 1)
    const counted = checks
    return () => void counted.set(key, Math.max(0, (counted.get(key) ?? 0) - 1))
  }

  function waitForSlot(update: AnyUpdate, peer: string, process: ProcessOptions): void {
    // What nobody checked must not take the place of what an honest peer sends to a client whose clock is slow.
    const ofPeer = [...early.values()].filter((each) => each.peer === peer).length
    if (early.size >= MAX_EARLY || ofPeer >= MAX_EARLY_PER_PEER || signal.aborted) return
    const waitMs = slotClock.slotStartMs(update.value.signatureSlot) - clock.now()
    const begin = (): void => {
      early.delete(update)
      if (!signal.aborted) receive(update, peer, process).catch(() => {})
    }
    early.set(update, { peer, cancel: clock.setTimer(begin, waitMs) })
  }

  async function receive(update: AnyUpdate, peer: string, process: ProcessOptions = {}): Promise<Processed> {
    const { signatureSlot, syncAggregate, attestedHeader } = update.value
    options.onHead(peer, attestedHeader.beacon.slot)
    const currentSlot = slotClock.currentSlot()
    const ahead = signatureSlot - currentSlot
    if (ahead > 0) {
      if (ahead <= EARLY_SLOTS) waitForSlot(update, peer, process)
      const words = `Cannot process the update: signed in slot ${signatureSlot}, while it is slot ${currentSlot}`
      throw new LamparaError('update_from_future', words)
    }
    const strong = hasSupermajority(syncAggregate)
    if (!strong && participationOf(syncAggregate) < options.minParticipation) {
      throw new LamparaError('supermajority_missing', 'Cannot use the update: too few of the committee signed it')
    }
    const giveBack = takeCheck(peer)
    try {
      const processed = await reportIfInvalid(update, peer, async () => {
        if (strong) return verified.process(update, currentSlot, process)
        options.onWeakHead(await verified.prove(update, currentSlot))
        return unchanged
      })
      if (processed.finalizedAdvanced || processed.optimisticAdvanced) giveBack()
      if (strong) options.onHeaders(peer, rootsOf(update))
      return processed
    } catch (error) {
      if (isLamparaError(error, 'update_not_relevant')) {
        giveBack()
        options.onHeaders(peer, rootsOf(update).filter(options.isVerified))
      }
      throw error
    }
  }

  signal.addEventListener(
    'abort',
    () => {
      for (const { cancel } of early.values()) cancel()
      early.clear()
    },
    { once: true },
  )

  return {
    receive,
    reportIfInvalid,
    senderOf: (object) => senders.get(object),
    dropPenalties: () => void rollbacks++,
  }
}

function rootOf({ beacon }: AnyUpdate['value']['attestedHeader']): Hex {
  return toHex(headerRoot(beacon))
}

function rootsOf({ value }: AnyUpdate): Hex[] {
  const finalized =
    'finalizedHeader' in value && value.finalizedHeader.beacon.slot > 0 ? [rootOf(value.finalizedHeader)] : []
  return [rootOf(value.attestedHeader), ...finalized]
}
