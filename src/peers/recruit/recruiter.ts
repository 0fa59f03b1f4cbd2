import { multiaddr } from '@multiformats/multiaddr'
import { LamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import { delay, raceSignal } from '../../streams/abort.ts'
import { createBell } from '../../streams/bell.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import { groupOf } from '../address-book/address-group.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import { isDue, isStale } from '../address-book/quality.ts'
import type { Loss } from '../back-off.ts'
import type { PeerView } from '../types.ts'
import { afterFailedDial, afterFailureAlone, afterLostPeer, REPLACED_MS, SPARE_MS, USELESS_MS } from './cool-down.ts'
import { gather } from './gather.ts'
import { createIntake } from './intake.ts'
import { createSeats, isOfOurs } from './seats.ts'
import type { RecruitHost, RecruitLimits } from './types.ts'

/** While peers are lacking the book is looked at again after this: cool-downs end without an event. */
const LOOK_AGAIN_MS = 10_000
/** Dials begin this far apart at most, at random: many that start together must not all knock at once. */
const STAGGER_MS = 100
/** A dial that goes on for so long leads nowhere most likely: its seat is given to another. */
const SLOW_MS = 2_000
/** How often one never reached is drawn, by how many peers there are: those reached before cost an attacker something. */
const NEW_BIAS = { least: 0.1, perPeer: 0.05, most: 0.3 } as const
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
   * Leaves a peer to make room for one of the lineage that has waited longest, and leaves it alone for ten minutes.
   *
   * @param code - of the goodbye, as `RecruitHost.leave`
   */
  replace(peerId: string, reason: string, code?: number): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Starts to recruit: draws from the address book while peers are lacking, and from the sources while the book is thin. Each
 * outcome goes back to the book: see `afterFailedDial()` and `afterLostPeer()` for how long a peer is then left alone.
 */
export function startRecruiting(options: RecruiterOptions): Recruiter {
  const { clock, random, book, sources, limits, host, isUseful } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  // A bell wakes one waiter: each source has its own.
  const stock = sources.map((source) => ({ source, bell: createBell() }))
  const dialing = new Map<string, AddressEntry>()
  const seats = createSeats({ clock, random, book, connected: host.connected, dialing: () => dialing.values() })
  /** Dials that hold a seat still. */
  const seated = new Set<string>()
  const work = new Set<Promise<void>>()
  /** Dials in vain since the last that was not. */
  let inVain = 0
  /** A peer was left for another, who is not chosen yet. */
  let isReplacing = false

  function lacking(): number {
    const connected = host.connected()
    const outbound = connected.filter(({ direction }) => direction === 'outbound')
    const wanted = limits.target - connected.filter(isOfOurs).length
    const free = limits.maxOutbound - outbound.filter(({ persistent }) => !persistent).length
    return Math.min(wanted, free) - seated.size
  }

  function mayDial(
    entry: AddressEntry,
    busyGroups: ReadonlyMap<string, number>,
    connected: ReadonlySet<string>,
  ): boolean {
    if (connected.has(entry.id) || dialing.has(entry.id) || host.isTaken(entry.id)) return false
    if (!entry.addresses.some(host.canDial) || host.passesOver?.(entry)) return false
    const group = groupOf(entry.addresses[0]!)
    return group === 'local' || (busyGroups.get(group) ?? 0) < limits.maxPerGroup
  }

  function busyGroups(): Map<string, number> {
    const groups = new Map<string, number>()
    const count = (address: string): void => {
      const group = groupOf(address)
      groups.set(group, (groups.get(group) ?? 0) + 1)
    }
    for (const { address, persistent } of host.connected()) if (!persistent) count(address)
    for (const { addresses } of dialing.values()) count(addresses[0]!)
    return groups
  }

  function next(): AddressEntry | undefined {
    const connected = host.connected()
    const ids = new Set(connected.map(({ id }) => id))
    const groups = busyGroups()
    const chosen = isReplacing ? seats.successor((entry) => mayDial(entry, groups, ids)) : undefined
    if (chosen !== undefined) return chosen
    // The fewer there are, the safer the ground to begin with: those that were reached before.
    const newBias = Math.min(NEW_BIAS.most, NEW_BIAS.least + NEW_BIAS.perPeer * connected.length)
    return book.pick({ newBias, accept: (entry) => mayDial(entry, groups, ids) })
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

  async function dial(entry: AddressEntry, meet: typeof accompany = accompany): Promise<void> {
    const { id } = entry
    dialing.set(id, entry)
    seated.add(id)
    const cancelSlow = clock.setTimer(() => standUp(id), SLOW_MS)
    const over = (): void => {
      cancelSlow()
      dialing.delete(id)
      seated.delete(id)
    }
    try {
      await delay(random() * STAGGER_MS, { clock, signal })
      book.attempted(id)
      const addresses = entry.addresses.filter(host.canDial).map((address) => multiaddr(address))
      const { view, lost } = await host.reach(id, addresses, signal)
      over()
      inVain = 0
      await meet(view, lost)
    } catch (thrown) {
      over()
      if (signal.aborted) return
      const error = LamparaError.from(thrown, 'dial_failed', `Cannot dial ${id}`)
      inVain++
      blame(entry, error.code)
      options.onDialFailed(entry.addresses[0]!, error)
    } finally {
      bell.ring()
    }
  }

  function standUp(id: string): void {
    if (seated.delete(id)) bell.ring()
  }

  /** Without any peer at all it is most likely ourselves who are offline. */
  function blame({ id, failures }: AddressEntry, code: LamparaErrorCode): void {
    const alone = host.connected().length === 0 && code !== 'irrelevant_network'
    const rounds = Math.floor(inVain / Math.max(1, book.size))
    const waitMs = alone ? afterFailureAlone(rounds, random) : afterFailedDial(failures, code, random)
    book.failed(id, { notBeforeMs: clock.now() + waitMs, blameless: alone })
  }

  /** True when a peer that counts is of use; it is left when it is not. */
  async function proves(view: PeerView): Promise<boolean> {
    if (isUseful(view)) {
      book.succeeded(view.id)
      return true
    }
    book.failed(view.id, { notBeforeMs: clock.now() + USELESS_MS })
    await host.leave(view.id, 'it offers nothing that we need')
    return false
  }

  /** True when a slow dial came to something after all, and its seat is taken. */
  function isOverfull(): boolean {
    const outbound = host.connected().filter(({ direction, persistent }) => direction === 'outbound' && !persistent)
    return outbound.length > limits.maxOutbound
  }

  /** From the moment that a peer counts until it is lost. */
  async function accompany(view: PeerView, lost: Promise<Loss>): Promise<void> {
    if (!(await proves(view))) return
    track(hear(view))
    if (isOverfull()) {
      book.postpone(view.id, clock.now() + SPARE_MS)
      return host.leave(view.id, 'others were quicker')
    }
    const loss = await raceSignal(lost, signal)
    book.postpone(view.id, clock.now() + afterLostPeer(loss, random))
  }

  async function visited(view: PeerView): Promise<void> {
    if (!(await proves(view))) return
    book.postpone(view.id, clock.now() + REPLACED_MS)
    await host.leave(view.id, 'it was only visited')
  }

  async function visit(notSinceMs: number): Promise<void> {
    // Whoever counts is there, however long ago it was dialed.
    for (const { id } of host.counted())
      if ((book.get(id)?.succeededAtMs ?? notSinceMs) < notSinceMs) book.succeeded(id)
    const connected = new Set(host.connected().map(({ id }) => id))
    // Those never reached and those to be verified anew alike.
    const entry = book.pick({
      newBias: 0.5,
      accept: (one) => (one.succeededAtMs ?? 0) < notSinceMs && mayDial(one, new Map(), connected),
    })
    if (entry !== undefined && !signal.aborted) await dial(entry, visited)
  }

  /** Peers that are kept by other means, and were dialed where the book has them. */
  function noteReached(): void {
    for (const view of host.counted()) {
      const entry = view.direction === 'outbound' ? book.get(view.id) : undefined
      if (entry === undefined || entry.succeededAtMs !== undefined || !isUseful(view)) continue
      if (entry.addresses.some((known) => withoutPeer(known) === withoutPeer(view.address))) book.succeeded(view.id)
    }
  }

  async function recruit(): Promise<void> {
    while (!signal.aborted) {
      noteReached()
      while (lacking() > 0 && dialing.size < limits.maxDialing) {
        const entry = next()
        if (entry === undefined) break
        isReplacing = false
        track(dial(entry))
      }
      for (const { bell: wanting } of stock) wanting.ring()
      // With all that are wanted there is nothing to look for until one is lost.
      const cancel = lacking() > 0 ? clock.setTimer(bell.ring, LOOK_AGAIN_MS) : () => {}
      await bell.wait(signal).finally(cancel)
    }
  }

  const unwatch = host.watch(bell.ring)
  track(recruit())
  for (const { source, bell: wanting } of stock) {
    track(
      gather(source, {
        clock,
        random,
        takeIn,
        bell: wanting,
        signal,
        wanted,
        isShort: () => lacking() > 0,
      }),
    )
  }

  return {
    get dialing() {
      return dialing.size
    },
    async visit(notSinceMs) {
      const visiting = visit(notSinceMs)
      track(visiting)
      await visiting.catch(() => {})
    },
    canReplace: () => lacking() <= 0 && dialing.size === 0 && next() !== undefined,
    waitingLineages: seats.waiting,
    async replace(peerId, reason, code) {
      isReplacing = true
      book.postpone(peerId, clock.now() + REPLACED_MS)
      await host.leave(peerId, reason, code)
    },
    async stop() {
      unwatch()
      stopping.abort(new LamparaError('stopped', 'The network has stopped'))
      while (work.size > 0) await Promise.all(work)
    },
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
