import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../errors/index.ts'
import { delay, linkSignals, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { afterFailure, afterLoss, type BackOff, type KeptKind, type Loss } from './back-off.ts'
import { createReserveBootnodes } from './reserve-bootnodes.ts'

/** A peer to keep, with every address that it was named by. */
export interface KeptPeer {
  readonly id: string
  readonly kind: KeptKind
  readonly addresses: readonly Multiaddr[]
}

/** What keeping peers needs. */
export interface KeepOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Resolves when the peer counts, with a promise of its loss. @throws LamparaError why it does not */
  connect(peer: KeptPeer, signal: AbortSignal): Promise<{ readonly lost: Promise<Loss> }>
  /** Until when the peer is banned, in unix milliseconds. */
  bannedUntilMs(peerId: string): number | undefined
  onFailed(peer: KeptPeer, error: LamparaError): void
  /** Disconnects a bootnode that was connected in place of another, which is back. */
  leave?(peer: KeptPeer): void
  /** The most bootnodes to hold at once; the others are reserves. @default all of them */
  readonly maxBootnodes?: number | undefined
  /** Called whenever `unreachable()` may have changed. */
  onChange(): void
}

/** Keeps peers connected for as long as it runs. */
export interface Keeper {
  has(peerId: string): boolean
  /** Why none of the kept peers counts, once each has been tried in vain; undefined before that and while one counts. */
  unreachable(): LamparaError | undefined
  /** Ends the back-off of peers that are not connected, and starts dials over that have taken three seconds. */
  hurry(): void
  /** Lets go of a peer: it is not dialed again. */
  release(peerId: string): void
  stop(): void
}

/** A dial that takes longer may have begun before the network was back. */
const SLOW_DIAL_MS = 3_000
const HURRY = new Error('dialed again at once')

/** Dials every peer at once and again for ever: see `afterFailure()` and `afterLoss()` for the waits. */
export function keepPeers(peers: readonly KeptPeer[], options: KeepOptions): Keeper {
  const { clock, random } = options
  const kept = new Map(peers.map((peer) => [peer.id, { peer, stop: new AbortController() }]))
  const failures = new Map<string, LamparaError>()
  const waits = new Set<{ readonly mayEnd: () => boolean; end(): void }>()
  const bootnodes = peers.filter(({ kind }) => kind === 'bootnode').map(({ id }) => id)
  const reserves = createReserveBootnodes(bootnodes, options.maxBootnodes ?? bootnodes.length, random)

  async function keep(peer: KeptPeer, signal: AbortSignal): Promise<never> {
    let backOff: BackOff = { waitMs: 0, failures: 0 }
    for (;;) {
      await turnOf(peer, backOff.waitMs, signal)
      const isReserve = reserves.isReserve(peer.id)
      if (isReserve) await reserves.needed(peer.id, signal)
      try {
        const startMs = clock.now()
        const isSlow = (): boolean => Math.abs(clock.now() - startMs) > SLOW_DIAL_MS
        const { lost } = await unlessHurried(isSlow, signal, (ending) => options.connect(peer, ending))
        failures.delete(peer.id)
        options.onChange()
        if (isReserve) leaveWhenSurplus(peer, lost, signal)
        else reserves.note(peer.id, true)
        const loss = await raceSignal(lost, signal)
        failedOrLost(peer)
        backOff = afterLoss(peer.kind, backOff.failures, loss, random)
      } catch (thrown) {
        failedOrLost(peer)
        signal.throwIfAborted()
        if (thrown === HURRY) {
          backOff = { waitMs: 0, failures: backOff.failures }
          continue
        }
        const error = fail(peer, LamparaError.from(thrown, 'dial_failed', `Cannot connect to ${peer.id}`))
        options.onFailed(peer, error)
        backOff = afterFailure(peer.kind, backOff.failures, error.code === 'irrelevant_network', random)
      }
    }
  }

  function failedOrLost({ id, kind }: KeptPeer): void {
    if (reserves.isReserve(id)) reserves.release(id)
    else if (kind === 'bootnode' && kept.has(id)) reserves.note(id, false)
  }

  function leaveWhenSurplus(peer: KeptPeer, lost: Promise<Loss>, signal: AbortSignal): void {
    const over = linkSignals(signal)
    void lost.finally(() => over.abort()).catch(() => {})
    reserves
      .surplus(peer.id, over.signal)
      .then(() => options.leave?.(peer))
      .catch(() => {})
      .finally(over.dispose)
  }

  async function turnOf(peer: KeptPeer, waitMs: number, signal: AbortSignal): Promise<void> {
    const bannedUntilMs = options.bannedUntilMs(peer.id)
    if (bannedUntilMs !== undefined) {
      const until = new Date(bannedUntilMs).toISOString()
      fail(peer, new LamparaError('dial_failed', `Cannot connect to ${peer.id}: it is banned until ${until}`))
    }
    const ms = Math.max(waitMs, (bannedUntilMs ?? 0) - clock.now())
    if (ms <= 0) return
    const mayEnd = (): boolean => options.bannedUntilMs(peer.id) === undefined
    await unlessHurried(mayEnd, signal, (ending) => delay(ms, { clock, signal: ending })).catch((error) => {
      if (error !== HURRY) throw error
    })
  }

  /** Runs work that `hurry()` ends with `HURRY` where it may. */
  async function unlessHurried<T>(
    mayEnd: () => boolean,
    signal: AbortSignal,
    work: (ending: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const linked = linkSignals(signal)
    const wait = { mayEnd, end: () => linked.abort(HURRY) }
    waits.add(wait)
    try {
      return await raceSignal(work(linked.signal), linked.signal)
    } finally {
      waits.delete(wait)
      linked.dispose()
    }
  }

  function fail(peer: KeptPeer, error: LamparaError): LamparaError {
    failures.set(peer.id, error)
    options.onChange()
    return error
  }

  for (const { peer, stop } of kept.values()) keep(peer, stop.signal).catch(() => {})

  return {
    has: (peerId) => kept.has(peerId),
    unreachable() {
      if (kept.size === 0 || failures.size < kept.size) return undefined
      const last = [...failures.values()].at(-1)
      return new LamparaError('bootnodes_unreachable', `Cannot reach any bootnode or named peer: ${messageOf(last)}`, {
        cause: last,
      })
    },
    hurry() {
      for (const { mayEnd, end } of [...waits]) if (mayEnd()) end()
    },
    release(peerId) {
      kept.get(peerId)?.stop.abort()
      kept.delete(peerId)
      failures.delete(peerId)
      // Not missing: it is not wanted.
      reserves.note(peerId, true)
    },
    stop() {
      for (const { stop } of kept.values()) stop.abort()
    },
  }
}
