import { multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../../errors/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import { delay, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { createNotifier } from '../../streams/notifier.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import { isEligible, isStale } from '../address-book/quality.ts'
import type { DisconnectInfo } from '../persistent/back-off.ts'
import type { PeerInfo } from '../types.ts'
import { createAdmitCandidate } from './admit-candidate.ts'
import { createDialOutcomes } from './dial-outcomes.ts'
import { createDials } from './dials.ts'
import { fillAddressBook } from './fill-address-book.ts'
import { createOriginSlots, isChosenByUs } from './origin-slots.ts'
import { createCandidateSelector } from './select-candidate.ts'
import type { CandidateDialerHost, CandidateDialerLimits } from './types.ts'

/** While peers are lacking the book is looked at again after this: cool-downs end without an event. */
const LOOK_AGAIN_MS = 10_000
/** Dials begin this far apart at most, at random: many that start together must not all dial at once. */
const STAGGER_MS = 100
/** By then a peer has told what it can be asked. */
const ASK_FOR_PEERS_AFTER_MS = 2_000

/** Options of `startCandidateDialer()`. */
export interface CandidateDialerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly book: AddressBook
  readonly sources: readonly CandidateSource[]
  readonly limits: CandidateDialerLimits
  readonly host: CandidateDialerHost
  /** False for a peer that is connected but not useful: it is left, and left alone for a day. */
  isUseful(peer: PeerInfo): boolean
  onDiscovered(candidate: Candidate, source: string): void
  onDialFailed(address: string, error: LamparaError): void
}

/** Keeps the target number of peers connected. */
export interface CandidateDialer {
  /** Dials under way. */
  readonly dialing: number
  /** True when as many peers are connected as wanted, and there is another to dial. */
  canReplace(): boolean
  /** Origins, as `AddressEntry` has them, that hold no slot and of which somebody could be dialed. */
  waitingOrigins(): number
  /**
   * Dials one that has not been reached since a time, and leaves it as soon as it is clear that it is useful, or not. Resolves
   * when that is over; at once when there is nobody to visit. Never rejects.
   */
  dialFeeler(notSinceMs: number): Promise<void>
  /**
   * Leaves a peer to make room for one of the origin that has waited longest, and leaves it alone for ten minutes; the only
   * one of its own origin for one.
   *
   * @param code - of the goodbye, as `CandidateDialerHost.leave`
   */
  replace(peerId: string, reason: string, code?: number): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Dials address-book candidates while peers are missing and refills the book from sources; records each outcome and retry time.
 */
export function startCandidateDialer(options: CandidateDialerOptions): CandidateDialer {
  const { clock, random, book, sources, limits, host, isUseful } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const notifier = createNotifier()
  // A bell wakes one waiter: each source has its own.
  const feeds = sources.map((source) => ({ source, notifier: createNotifier() }))
  const dials = createDials(clock, notifier.notify)
  const slots = createOriginSlots({ clock, random, book, connected: host.connected, dialing: () => dials.all.values() })
  const selector = createCandidateSelector({ book, host, slots, dials: dials.all, maxPerSubnet: limits.maxPerSubnet })
  const outcomes = createDialOutcomes({ clock, random, book, host, isUseful })
  const work = new Set<Promise<void>>()
  /** A peer was left for another, who is not chosen yet. */
  let isReplacing = false

  function missingPeers(): number {
    const connected = host.connected()
    const wanted = limits.target - connected.filter(isChosenByUs).length
    const free = limits.maxOutbound - connected.filter(isDialedCandidate).length
    return Math.min(wanted, free) - dials.holdingSlot.size
  }

  /** Only those count that could be dialed now. */
  function wanted(): number {
    const nowMs = clock.now()
    let usable = 0
    for (const entry of book.entries()) if (isEligible(entry, nowMs) && !isStale(entry, nowMs)) usable++
    return limits.pool - usable
  }

  const admitCandidate = createAdmitCandidate({
    book,
    accepts: ({ peerId, addresses }) => !host.isExcluded(peerId) && addresses.some(host.canDial),
    originAt: slots.originAt,
    onCandidate(candidate, name) {
      options.onDiscovered(candidate, name)
      notifier.notify()
    },
  })

  /** The book may be full of what others tell: one of whose origin few are known is asked all the same, once. */
  async function askForPeers({ id }: PeerInfo): Promise<void> {
    await delay(ASK_FOR_PEERS_AFTER_MS, { clock, signal })
    if (!slots.isLittleKnown(id)) return
    for (const source of sources) {
      for await (const candidate of source.candidatesOf?.(id, { signal }) ?? []) admitCandidate(candidate, source.name)
    }
  }

  function track(task: Promise<void>): void {
    const tracked = task.catch(() => {}).finally(() => work.delete(tracked))
    work.add(tracked)
  }

  /** @param meet - what to do with a ready peer and is useful */
  async function dial(
    entry: AddressEntry,
    onReady: (view: PeerInfo, lost: Promise<DisconnectInfo>) => Promise<void>,
  ): Promise<void> {
    const { id } = entry
    const end = dials.begin(entry)
    try {
      await delay(random() * STAGGER_MS, { clock, signal })
      book.attempted(id)
      const addresses = entry.addresses.filter(host.canDial).map((address) => multiaddr(address))
      const { peer: view, disconnected } = await host.connect(id, addresses, signal)
      end()
      if (outcomes.reached(view)) await onReady(view, disconnected)
      else await host.disconnect(id, 'no required protocol')
    } catch (thrown) {
      end()
      if (signal.aborted) return
      const error = LamparaError.from(thrown, 'dial_failed', `Cannot dial ${id}`)
      outcomes.failed(entry, error.code)
      options.onDialFailed(entry.addresses[0]!, error)
    } finally {
      notifier.notify()
    }
  }

  /** Until it is lost. */
  async function trackUntilDisconnect(view: PeerInfo, lost: Promise<DisconnectInfo>): Promise<void> {
    track(askForPeers(view))
    // A slow dial came to something after all, and its slot is taken.
    if (host.connected().filter(isDialedCandidate).length > limits.maxOutbound) {
      outcomes.surplus(view.id)
      return host.disconnect(view.id, 'outbound limit reached')
    }
    outcomes.disconnected(view.id, await raceSignal(lost, signal))
  }

  async function disconnectFeeler({ id }: PeerInfo): Promise<void> {
    outcomes.replaced(id)
    await host.disconnect(id, 'verification dial finished')
  }

  async function dialFeeler(notSinceMs: number): Promise<void> {
    outcomes.noteConnected(notSinceMs)
    const entry = selector.feelerCandidate(notSinceMs)
    if (entry !== undefined && !signal.aborted) await dial(entry, disconnectFeeler)
  }

  async function dialCandidates(): Promise<void> {
    while (!signal.aborted) {
      outcomes.notePersistent()
      while (missingPeers() > 0 && dials.all.size < limits.maxDialing) {
        const entry = selector.next(isReplacing)
        if (entry === undefined) break
        isReplacing = false
        track(dial(entry, trackUntilDisconnect))
      }
      for (const { notifier: feedNotifier } of feeds) feedNotifier.notify()
      // With all that are wanted there is nothing to look for until one is lost.
      const cancel = missingPeers() > 0 ? clock.setTimer(notifier.notify, LOOK_AGAIN_MS) : () => {}
      await notifier.wait(signal).finally(cancel)
    }
  }

  const unwatch = host.watch(notifier.notify)
  track(dialCandidates())
  const isShort = (): boolean => missingPeers() > 0
  for (const { source, notifier: feedNotifier } of feeds) {
    track(fillAddressBook(source, { clock, random, admitCandidate, notifier: feedNotifier, signal, wanted, isShort }))
  }

  return {
    get dialing() {
      return dials.all.size
    },
    async dialFeeler(notSinceMs) {
      const visiting = dialFeeler(notSinceMs)
      track(visiting)
      await visiting.catch(() => {})
    },
    canReplace: () => missingPeers() <= 0 && dials.all.size === 0 && selector.next(isReplacing) !== undefined,
    waitingOrigins: slots.waiting,
    async replace(peerId, reason, code) {
      isReplacing = true
      outcomes.replaced(peerId, slots.isOnlyOne(peerId))
      await host.disconnect(peerId, reason, code)
    },
    async stop() {
      unwatch()
      stopping.abort(new LamparaError('stopped', 'The network has stopped'))
      while (work.size > 0) await Promise.all(work)
    },
  }
}

/** Whom the candidate dialer dialed. */
function isDialedCandidate({ direction, persistent }: Pick<PeerInfo, 'direction' | 'persistent'>): boolean {
  return direction === 'outbound' && !persistent
}
