import { multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../../errors/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import { delay, raceSignal } from '../../streams/abort.ts'
import { createBell } from '../../streams/bell.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import { isDue, isStale } from '../address-book/quality.ts'
import type { Loss } from '../back-off.ts'
import type { PeerView } from '../types.ts'
import { createChoice } from './choice.ts'
import { createDials } from './dials.ts'
import { gather } from './gather.ts'
import { createIntake } from './intake.ts'
import { createOutcomes } from './outcomes.ts'
import { createSeats, isOfOurs } from './seats.ts'
import type { RecruitHost, RecruitLimits } from './types.ts'

/** While peers are lacking the book is looked at again after this: cool-downs end without an event. */
const LOOK_AGAIN_MS = 10_000
/** Dials begin this far apart at most, at random: many that start together must not all knock at once. */
const STAGGER_MS = 100
/** By then a peer has told what it can be asked. */
const HEAR_AFTER_MS = 2_000

/** Options of `startRecruiting()`. */
export interface RecruiterOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly book: AddressBook
  readonly sources: readonly CandidateSource[]
  readonly limits: RecruitLimits
  readonly host: RecruitHost
  /** False for a peer that is connected but of no use: it is left, and left alone for a day. */
  isUseful(peer: PeerView): boolean
  onDiscovered(candidate: Candidate, source: string): void
  onDialFailed(address: string, error: LamparaError): void
}

/** Keeps as many peers connected as wanted, for as long as it runs. */
export interface Recruiter {
  /** Dials under way. */
  readonly dialing: number
  /** True when as many peers are connected as wanted, and there is another to dial. */
  canReplace(): boolean
  /** Lineages, as `AddressEntry` has them, that hold no seat and of which somebody could be dialed. */
  waitingLineages(): number
  /**
   * Dials one that has not been reached since a time, and leaves it as soon as it is clear that it is of use, or not. Resolves
   * when that is over; at once when there is nobody to visit. Never rejects.
   */
  visit(notSinceMs: number): Promise<void>
  /**
   * Leaves a peer to make room for one of the lineage that has waited longest, and leaves it alone for ten minutes; the only
   * one of its own lineage for one.
   *
   * @param code - of the goodbye, as `RecruitHost.leave`
   */
  replace(peerId: string, reason: string, code?: number): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Starts to recruit: draws from the address book while peers are lacking, and from the sources while the book is thin. Each
 * outcome goes back to the book, which is told for how long a peer is then left alone.
 */
export function startRecruiting(options: RecruiterOptions): Recruiter {
  const { clock, random, book, sources, limits, host, isUseful } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  // A bell wakes one waiter: each source has its own.
  const stock = sources.map((source) => ({ source, bell: createBell() }))
  const dials = createDials(clock, bell.ring)
  const seats = createSeats({ clock, random, book, connected: host.connected, dialing: () => dials.all.values() })
  const choice = createChoice({ book, host, seats, dials: dials.all, maxPerGroup: limits.maxPerGroup })
  const outcomes = createOutcomes({ clock, random, book, host, isUseful })
  const work = new Set<Promise<void>>()
  /** A peer was left for another, who is not chosen yet. */
  let isReplacing = false

  function lacking(): number {
    const connected = host.connected()
    const wanted = limits.target - connected.filter(isOfOurs).length
    const free = limits.maxOutbound - connected.filter(isRecruited).length
    return Math.min(wanted, free) - dials.seated.size
  }

  /** Only those count that could be dialed now. */
  function wanted(): number {
    const nowMs = clock.now()
    let usable = 0
    for (const entry of book.entries()) if (isDue(entry, nowMs) && !isStale(entry, nowMs)) usable++
    return limits.pool - usable
  }

  const takeIn = createIntake({
    book,
    accepts: ({ peerId, addresses }) => !host.isTaken(peerId) && addresses.some(host.canDial),
    lineageAt: seats.lineageAt,
    onCandidate(candidate, name) {
      options.onDiscovered(candidate, name)
      bell.ring()
    },
  })

  /** The book may be full of what others tell: one of whose lineage few are known is asked all the same, once. */
  async function hear({ id }: PeerView): Promise<void> {
    await delay(HEAR_AFTER_MS, { clock, signal })
    if (!seats.isLittleKnown(id)) return
    for (const source of sources) {
      for await (const candidate of source.candidatesOf?.(id, { signal }) ?? []) takeIn(candidate, source.name)
    }
  }

  function track(task: Promise<void>): void {
    const tracked = task.catch(() => {}).finally(() => work.delete(tracked))
    work.add(tracked)
  }

  /** @param meet - what to do with a peer that counts and is of use */
  async function dial(
    entry: AddressEntry,
    meet: (view: PeerView, lost: Promise<Loss>) => Promise<void>,
  ): Promise<void> {
    const { id } = entry
    const over = dials.begin(entry)
    try {
      await delay(random() * STAGGER_MS, { clock, signal })
      book.attempted(id)
      const addresses = entry.addresses.filter(host.canDial).map((address) => multiaddr(address))
      const { view, lost } = await host.reach(id, addresses, signal)
      over()
      if (outcomes.reached(view)) await meet(view, lost)
      else await host.leave(id, 'it offers nothing that we need')
    } catch (thrown) {
      over()
      if (signal.aborted) return
      const error = LamparaError.from(thrown, 'dial_failed', `Cannot dial ${id}`)
      outcomes.failed(entry, error.code)
      options.onDialFailed(entry.addresses[0]!, error)
    } finally {
      bell.ring()
    }
  }

  /** Until it is lost. */
  async function accompany(view: PeerView, lost: Promise<Loss>): Promise<void> {
    track(hear(view))
    // A slow dial came to something after all, and its seat is taken.
    if (host.connected().filter(isRecruited).length > limits.maxOutbound) {
      outcomes.spare(view.id)
      return host.leave(view.id, 'others were quicker')
    }
    outcomes.lost(view.id, await raceSignal(lost, signal))
  }

  async function leaveVisited({ id }: PeerView): Promise<void> {
    outcomes.replaced(id)
    await host.leave(id, 'it was only visited')
  }

  async function visit(notSinceMs: number): Promise<void> {
    outcomes.noteHeld(notSinceMs)
    const entry = choice.toVisit(notSinceMs)
    if (entry !== undefined && !signal.aborted) await dial(entry, leaveVisited)
  }

  async function recruit(): Promise<void> {
    while (!signal.aborted) {
      outcomes.noteKept()
      while (lacking() > 0 && dials.all.size < limits.maxDialing) {
        const entry = choice.next(isReplacing)
        if (entry === undefined) break
        isReplacing = false
        track(dial(entry, accompany))
      }
      for (const { bell: wanting } of stock) wanting.ring()
      // With all that are wanted there is nothing to look for until one is lost.
      const cancel = lacking() > 0 ? clock.setTimer(bell.ring, LOOK_AGAIN_MS) : () => {}
      await bell.wait(signal).finally(cancel)
    }
  }

  const unwatch = host.watch(bell.ring)
  track(recruit())
  const isShort = (): boolean => lacking() > 0
  for (const { source, bell: wanting } of stock) {
    track(gather(source, { clock, random, takeIn, bell: wanting, signal, wanted, isShort }))
  }

  return {
    get dialing() {
      return dials.all.size
    },
    async visit(notSinceMs) {
      const visiting = visit(notSinceMs)
      track(visiting)
      await visiting.catch(() => {})
    },
    canReplace: () => lacking() <= 0 && dials.all.size === 0 && choice.next(isReplacing) !== undefined,
    waitingLineages: seats.waiting,
    async replace(peerId, reason, code) {
      isReplacing = true
      outcomes.replaced(peerId, seats.isOnlyOne(peerId))
      await host.leave(peerId, reason, code)
    },
    async stop() {
      unwatch()
      stopping.abort(new LamparaError('stopped', 'The network has stopped'))
      while (work.size > 0) await Promise.all(work)
    },
  }
}

/** Whom the recruiter dialed. */
function isRecruited({ direction, persistent }: Pick<PeerView, 'direction' | 'persistent'>): boolean {
  return direction === 'outbound' && !persistent
}
