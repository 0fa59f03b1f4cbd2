import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { delay, linkSignals, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import {
  afterDisconnect,
  afterFailedAttempt,
  type BackOff,
  type DisconnectInfo,
  type PersistentKind,
} from './back-off.ts'
import { createReserveBootnodes } from './reserve-bootnodes.ts'

/** A bootnode or static peer, with all its addresses. */
export interface PersistentPeer {
  readonly id: string
  readonly kind: PersistentKind
  readonly addresses: readonly Multiaddr[]
}

/** What keeping peers needs. */
export interface PersistentPeersOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Resolves when the peer is ready, with a promise of its loss. @throws LamparaError why it does not */
  connect(peer: PersistentPeer, signal: AbortSignal): Promise<{ readonly disconnected: Promise<DisconnectInfo> }>
  /** Until when the peer is banned, in unix milliseconds. */
  bannedUntilMs(peerId: string): number | undefined
  onFailed(peer: PersistentPeer, error: LamparaError): void
  /** Disconnects a bootnode that was connected in place of another, which is back. */
  disconnect?(peer: PersistentPeer): void
  /** The most bootnodes to hold at once; the others are reserves. @default all of them */
  readonly maxBootnodes?: number | undefined
  /** Called whenever `unreachable()` may have changed. */
  onChange(): void
}

/** Keeps peers connected for as long as it runs. */
export interface PersistentPeers {
  has(peerId: string): boolean
  /** Why none of the persistent peers counts, once each has been tried without success; undefined before that and while one counts. */
  unreachableError(): LamparaError | undefined
  /** Ends the backoff of disconnected peers, and restarts dials that took longer than three seconds. */
  dialNow(): void
  /** Stops redialing a peer. */
  release(peerId: string): void
  stop(): void
}

/** A dial that takes longer may have begun before the network was back. */
const SLOW_DIAL_MS = 3_000
const DIAL_NOW = new Error('dialed again at once')

/** Dials every peer at once and redials it with backoff: see `afterFailedAttempt()` and `afterDisconnect()`. */
export function startPersistentPeers(
  peers: readonly PersistentPeer[],
  options: PersistentPeersOptions,
): PersistentPeers {
  const { clock, random } = options
  const persistent = new Map(peers.map((peer) => [peer.id, { peer, stop: new AbortController() }]))
  const failures = new Map<string, LamparaError>()
  const waits = new Set<{ readonly mayEnd: () => boolean; end(): void }>()
  const bootnodes = peers.filter(({ kind }) => kind === 'bootnode').map(({ id }) => id)
  const reserves = createReserveBootnodes(bootnodes, options.maxBootnodes ?? bootnodes.length, random)

  async function keep(peer: PersistentPeer, signal: AbortSignal): Promise<never> {
    let backOff: BackOff = { waitMs: 0, failures: 0 }
    for (;;) {
      await waitToDial(peer, backOff.waitMs, signal)
      const isReserve = reserves.isReserve(peer.id)
      if (isReserve) await reserves.needed(peer.id, signal)
      try {
        const startMs = clock.now()
        const isSlow = (): boolean => Math.abs(clock.now() - startMs) > SLOW_DIAL_MS
        const { disconnected } = await unlessDialNow(isSlow, signal, (ending) => options.connect(peer, ending))
        failures.delete(peer.id)
        options.onChange()
        if (isReserve) disconnectWhenSurplus(peer, disconnected, signal)
        else reserves.note(peer.id, true)
        const disconnect = await raceSignal(disconnected, signal)
        noteNotConnected(peer)
        backOff = afterDisconnect(peer.kind, backOff.failures, disconnect, random)
      } catch (thrown) {
        noteNotConnected(peer)
        signal.throwIfAborted()
        if (thrown === DIAL_NOW) {
          backOff = { waitMs: 0, failures: backOff.failures }
          continue
        }
        const error = fail(peer, LamparaError.from(thrown, 'dial_failed', `Cannot connect to ${peer.id}`))
        options.onFailed(peer, error)
        backOff = afterFailedAttempt(peer.kind, backOff.failures, error.code === 'irrelevant_network', random)
      }
    }
  }

  function noteNotConnected({ id, kind }: PersistentPeer): void {
    if (reserves.isReserve(id)) reserves.release(id)
    else if (kind === 'bootnode' && persistent.has(id)) reserves.note(id, false)
  }

  function disconnectWhenSurplus(
    peer: PersistentPeer,
    disconnected: Promise<DisconnectInfo>,
    signal: AbortSignal,
  ): void {
    const ended = linkSignals(signal)
    void disconnected.finally(() => ended.abort()).catch(() => {})
    reserves
      .surplus(peer.id, ended.signal)
      .then(() => options.disconnect?.(peer))
      .catch(() => {})
      .finally(ended.dispose)
  }

  async function waitToDial(peer: PersistentPeer, waitMs: number, signal: AbortSignal): Promise<void> {
    const bannedUntilMs = options.bannedUntilMs(peer.id)
    if (bannedUntilMs !== undefined) {
      const until = new Date(bannedUntilMs).toISOString()
      fail(peer, new LamparaError('dial_failed', `Cannot connect to ${peer.id}: it is banned until ${until}`))
    }
    const ms = Math.max(waitMs, (bannedUntilMs ?? 0) - clock.now())
    if (ms <= 0) return
    const mayEnd = (): boolean => options.bannedUntilMs(peer.id) === undefined
    await unlessDialNow(mayEnd, signal, (ending) => delay(ms, { clock, signal: ending })).catch((error) => {
      if (error !== DIAL_NOW) throw error
    })
  }

  /** Runs work that `hurry()` ends with `HURRY` where it may. */
  async function unlessDialNow<T>(
    mayEnd: () => boolean,
    signal: AbortSignal,
    work: (ending: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const linked = linkSignals(signal)
    const wait = { mayEnd, end: () => linked.abort(DIAL_NOW) }
    waits.add(wait)
    try {
      return await raceSignal(work(linked.signal), linked.signal)
    } finally {
      waits.delete(wait)
      linked.dispose()
    }
  }

  function fail(peer: PersistentPeer, error: LamparaError): LamparaError {
    failures.set(peer.id, error)
    options.onChange()
    return error
  }

  for (const { peer, stop } of persistent.values()) keep(peer, stop.signal).catch(() => {})

  return {
    has: (peerId) => persistent.has(peerId),
    unreachableError() {
      if (persistent.size === 0 || failures.size < persistent.size) return undefined
      const last = [...failures.values()].at(-1)
      return new LamparaError('bootnodes_unreachable', `Cannot reach any bootnode or static peer: ${messageOf(last)}`, {
        cause: last,
      })
    },
    dialNow() {
      for (const { mayEnd, end } of [...waits]) if (mayEnd()) end()
    },
    release(peerId) {
      persistent.get(peerId)?.stop.abort()
      persistent.delete(peerId)
      failures.delete(peerId)
      // Not missing: it is not wanted.
      reserves.note(peerId, true)
    },
    stop() {
      for (const { stop } of persistent.values()) stop.abort()
    },
  }
}
