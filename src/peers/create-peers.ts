import type { Libp2pEvents } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'
import { linkSignals, raceSignal } from '../streams/abort.ts'
import { listen } from '../streams/listen.ts'
import type { Watchable } from '../streams/watchable.ts'
import { createChecks } from './check.ts'
import { createClockEvidence } from './clock-skew.ts'
import { createConnections } from './connections.ts'
import { closeConnection } from './dial.ts'
import { CLIENT_SHUTDOWN } from './goodbye.ts'
import { createHandshake } from './handshake.ts'
import { type Keeper, type KeptPeer, keepPeers } from './keep.ts'
import { createFreshness } from './keep-fresh.ts'
import { createLeaving } from './leaving.ts'
import { createMetadataKeeper } from './metadata.ts'
import type { PeersOptions } from './options.ts'
import { createReach } from './reach.ts'
import type { RecruitHost } from './recruit/types.ts'
import { createRoster } from './roster.ts'
import { bestPeer, type SelectOptions } from './select.ts'
import type { ClockSkew, Offence, PeerView, RemoteStatus } from './types.ts'
import { watchDigestChanges } from './upkeep.ts'

/** The peer manager: meets, judges, keeps and leaves peers. libp2p owns the connections. */
export interface Peers {
  /** Peers that count: both Statuses exchanged and matching. */
  readonly list: Watchable<readonly PeerView[]>
  /** Peers that are dialed, that are connected, and those that left last. */
  everyone(): readonly PeerView[]
  /** Peers dialed since the start, each once, up to a thousand. */
  readonly tried: number
  /** Why none of the kept peers can be reached, once all were tried in vain. */
  unreachable(): LamparaError | undefined
  /** For the recruiter; without what may be dialed, which the network knows. */
  readonly host: Omit<RecruitHost, 'canDial'>
  /** Starts to dial those to keep. */
  start(): void
  connect(peerId: string, address: Multiaddr, signal?: AbortSignal): Promise<PeerView>
  disconnect(peerId: string, code: number): Promise<void>
  /** Closes the connection to a peer that is no longer of use as it is; one to keep is dialed again. */
  reconnect(peerId: string): void
  /** Probes every connection, drops the dead ones, and dials those to keep at once. */
  check(): Promise<void>
  report(peerId: string, offence: Offence, reason: string): void
  /** Rewards a peer for something new and valid. */
  reward(peerId: string): void
  /** Takes note that a peer answered a request for data. */
  served(peerId: string): void
  /** The best counted peer to ask for one of the protocols. */
  select(protocolIds: readonly string[], options: SelectOptions): string | undefined
  /** Takes a Status that a peer sent us. */
  takeStatus(peerId: string, status: RemoteStatus): void
  /** Takes the metadata sequence number that a peer's ping, or its answer to ours, told. */
  takeSequence(peerId: string, sequence: bigint): void
  /** Takes a Goodbye that a peer sent us. */
  takeGoodbye(peerId: string, code: number): void
  /** How far our clock seems to be from that of our peers; see `estimateClockSkew()`. */
  clockSkew(): ClockSkew | undefined
  /** Takes note of a head that a connected peer told of, as it arrives: evidence of the time. */
  noteHead(peerId: string, headSlot: number): void
  /** Says goodbye to all and closes; idempotent, and over within two seconds. */
  stop(): Promise<void>
}

/** Creates the peer manager over a libp2p node. */
export function createPeers(options: PeersOptions): Peers {
  const { libp2p, chain, clock, book, random = Math.random } = options
  const stopper = new AbortController()
  const stopping = stopper.signal
  let stopWatchingDigests = (): void => {}
  let stopped: Promise<void> | undefined
  let keeper = keep([])

  const roster = createRoster({
    clock,
    isKept: (peerId) => keeper.has(peerId),
    scoreOf: book.scoreOf,
    enrOf: options.enrOf,
  })
  const reach = createReach({ ...options, roster })
  const { onOpen, onClose, finish } = createConnections({
    ...options,
    roster,
    stopping,
    onBegin: (peer) => meet(peer),
  })
  const { leave, cut, ban, takeGoodbye } = createLeaving({ ...options, roster, stopping, finish })
  const checks = createChecks({ ...options, roster, cut, keeper: () => keeper })
  const evidence = createClockEvidence(chain, clock)
  function noteHead(peer: PeerView, headSlot: number): void {
    evidence.note(peer, headSlot)
    options.onReachability()
  }
  const { meet, takeStatus, onIdentify, onUpdate } = createHandshake({
    ...options,
    noteHead,
    roster,
    leave,
    onCounted(peer) {
      keepFresh(peer)
      // What they agreed over has served its purpose.
      for (const other of libp2p.getConnections(peer.connection.remotePeer)) {
        if (other.limits !== undefined) void closeConnection(other, clock)
      }
    },
  })
  const takeSequence = createMetadataKeeper({ wire: options.wire, roster })
  const freshOptions = { ...options, random, roster, leave, takeStatus, takeSequence }
  const { keepFresh, onDigestChange } = createFreshness(freshOptions)

  function keep(kept: readonly KeptPeer[]): Keeper {
    return keepPeers(kept, {
      clock,
      random,
      bannedUntilMs: book.bannedUntilMs,
      async connect({ id, addresses }, signal) {
        const peer = await reach(id, addresses, signal)
        return { lost: peer.lost.promise }
      },
      onFailed({ addresses }, error) {
        options.onEvent({ type: 'dial:failed', address: addresses[0]!.toString(), error })
      },
      onChange: options.onReachability,
      maxBootnodes: options.maxBootnodes,
      leave({ id }) {
        const peer = roster.get(id)
        if (peer !== undefined)
          leave(peer, CLIENT_SHUTDOWN, 'the bootnode that it stood in for is back').catch(() => {})
      },
    })
  }

  const stopListening = listen<Libp2pEvents>(libp2p, {
    'connection:open': onOpen,
    'connection:close': onClose,
    'peer:identify': onIdentify,
    'peer:update': onUpdate,
  })

  async function end(): Promise<void> {
    keeper.stop()
    stopWatchingDigests()
    stopper.abort(new LamparaError('stopped', 'The network has stopped'))
    await Promise.all(roster.all().map((peer) => leave(peer, CLIENT_SHUTDOWN, 'we stopped')))
    stopListening()
    roster.end()
  }

  return {
    list: roster.list,
    everyone: roster.everyone,
    unreachable: () => (roster.list.value.length > 0 ? undefined : keeper.unreachable()),
    get tried() {
      return roster.tried
    },
    host: {
      connected: () => roster.all().map((peer) => roster.viewed(peer)),
      counted: () => roster.list.value,
      watch: roster.list.watch,
      async reach(peerId, addresses, signal) {
        const peer = await reach(peerId, addresses, signal)
        return { view: roster.viewed(peer), lost: peer.lost.promise }
      },
      async leave(peerId, reason, code = CLIENT_SHUTDOWN) {
        const peer = roster.get(peerId)
        if (peer !== undefined) await leave(peer, code, reason)
      },
      isTaken: (id) => id === libp2p.peerId.toString() || keeper.has(id) || book.bannedUntilMs(id) !== undefined,
    },
    start() {
      keeper = keep(options.kept)
      stopWatchingDigests = watchDigestChanges(chain, clock, onDigestChange)
    },
    async connect(peerId, address, signal) {
      const linked = linkSignals(signal, stopping)
      try {
        // A connection that is half open still counts as one.
        if (roster.get(peerId) !== undefined) await raceSignal(checks.one(peerId), linked.signal)
        return roster.viewed(await reach(peerId, [address], linked.signal))
      } finally {
        linked.dispose()
      }
    },
    async disconnect(peerId, code) {
      keeper.release(peerId)
      const peer = roster.get(peerId)
      if (peer !== undefined) await leave(peer, code, 'we left')
    },
    reconnect(peerId) {
      const peer = roster.get(peerId)
      if (peer !== undefined) leave(peer, CLIENT_SHUTDOWN, 'its gossip stream broke').catch(() => {})
    },
    check: checks.all,
    report(peerId, offence, reason) {
      const untilMs = book.lower(peerId, offence)
      if (untilMs !== undefined) return ban(peerId, reason, untilMs)
      const peer = roster.get(peerId)
      if (peer !== undefined) roster.changed(peer)
    },
    reward(peerId) {
      book.raise(peerId, 1)
      const peer = roster.get(peerId)
      if (peer !== undefined) roster.changed(peer)
    },
    served(peerId) {
      const peer = roster.get(peerId)
      if (peer === undefined) return
      peer.servedAtMs = clock.now()
      roster.changed(peer)
    },
    select: (protocolIds, select) => bestPeer(roster.list.value, protocolIds, select),
    takeStatus,
    takeSequence,
    takeGoodbye,
    clockSkew: evidence.estimate,
    noteHead(peerId, headSlot) {
      const peer = roster.get(peerId)
      if (peer !== undefined) noteHead(roster.viewed(peer), headSlot)
    },
    stop: () => (stopped ??= end()),
  }
}
