import type { Libp2pEvents } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../../errors/index.ts'
import { linkSignals, raceSignal } from '../../streams/abort.ts'
import { listen } from '../../streams/listen.ts'
import type { Watchable } from '../../streams/watchable.ts'
import { createChecks } from '../connections/check-peers.ts'
import { createConnector } from '../connections/connect-peer.ts'
import { createConnections } from '../connections/connections.ts'
import { closeConnection } from '../connections/dial.ts'
import { createDisconnector } from '../connections/disconnect.ts'
import type { CandidateDialerHost } from '../dialing/types.ts'
import { createClockEvidence } from '../handshake/clock-skew.ts'
import { CLIENT_SHUTDOWN } from '../handshake/goodbye.ts'
import { createHandshake } from '../handshake/handshake.ts'
import { createMetadataFetcher } from '../handshake/metadata.ts'
import { createPingAndStatus } from '../handshake/ping-and-status.ts'
import { watchDigestChanges } from '../handshake/ping-loop.ts'
import { type PersistentPeer, type PersistentPeers, startPersistentPeers } from '../persistent/persistent-peers.ts'
import { bestPeer, type SelectOptions } from '../scoring/select.ts'
import type { ClockSkew, PeerInfo, PeerPenalty, RemoteStatus } from '../types.ts'
import type { PeerManagerOptions } from './options.ts'
import { createPeerRegistry } from './peer-registry.ts'

/** Connects to peers, exchanges Status, maintains and disconnects them. libp2p owns the connections. */
export interface PeerManager {
  /** Ready peers: both Statuses were exchanged and accepted. */
  readonly list: Watchable<readonly PeerInfo[]>
  /** One of them. */
  readyPeer(peerId: string): PeerInfo | undefined
  /** Calls back with each peer that was dialed, at once and as soon as its connection stands: before Status. @returns how to stop watching */
  watchConnections(callback: (peerId: string) => void): () => void
  /** Peers that are dialed or connected, and those that disconnected last. */
  all(): readonly PeerInfo[]
  /** Peers dialed since the start, each once, up to a thousand. */
  readonly dialedCount: number
  /** Why none of the persistent peers can be reached, once all were tried without success. */
  unreachableError(): LamparaError | undefined
  /** For the candidate dialer; without what may be dialed, which the network knows. */
  readonly dialerHost: Omit<CandidateDialerHost, 'canDial'>
  /** Starts to dial persistent peers. */
  start(): void
  /** Keeps these persistent peers from now on, but for those that were disconnected on purpose. Connected ones stay. */
  setPersistentPeers(peers: readonly PersistentPeer[]): void
  /** Dials persistent peers without waiting for backoff. */
  dialNow(): void
  connect(peerId: string, address: Multiaddr, signal?: AbortSignal): Promise<PeerInfo>
  disconnect(peerId: string, code: number): Promise<void>
  /** Closes the connection to a peer that is no longer of use as it is; one to keep is dialed again. */
  reconnect(peerId: string): void
  /** Probes every connection, drops the dead ones, and dials persistent peers at once. */
  check(): Promise<void>
  report(peerId: string, penalty: PeerPenalty, reason: string): void
  /** Rewards a peer for something new and valid. */
  reward(peerId: string): void
  /** Takes note that a peer answered a request for data. */
  noteServed(peerId: string): void
  /** The best ready peer to ask for one of the protocols. */
  select(protocolIds: readonly string[], options: SelectOptions): string | undefined
  /** Takes a Status that a peer sent us. */
  onStatus(peerId: string, status: RemoteStatus): void
  /** Takes the metadata sequence number that a peer's ping, or its answer to ours, told. */
  onMetadataSequence(peerId: string, sequence: bigint): void
  /** Takes a Goodbye that a peer sent us. */
  onGoodbye(peerId: string, code: number): void
  /** How far our clock seems to be from that of our peers; see `estimateClockSkew()`. */
  clockSkew(): ClockSkew | undefined
  /** Takes note of a head that a connected peer reported, as it arrives: evidence of the time. */
  noteHead(peerId: string, headSlot: number): void
  /** Says goodbye to all and closes; idempotent, and over within two seconds. */
  stop(): Promise<void>
}

/** Creates the peer manager on a libp2p node. */
export function createPeerManager(options: PeerManagerOptions): PeerManager {
  const { libp2p, chain, clock, scores, random = Math.random } = options
  const stopper = new AbortController()
  const stopping = stopper.signal
  let stopWatchingDigests = (): void => {}
  let stopped: Promise<void> | undefined
  let persistentPeers = keep([])
  const released = new Set<string>()

  const connectionWatchers = new Set<(peerId: string) => void>()
  const registry = createPeerRegistry({
    clock,
    isPersistent: (peerId) => persistentPeers.has(peerId),
    scoreOf: scores.scoreOf,
    enrOf: options.enrOf,
  })
  const reach = createConnector({ ...options, registry })
  const { onOpen, onClose, finish } = createConnections({
    ...options,
    registry,
    stopping,
    onConnected(peer) {
      startHandshake(peer)
      if (peer.connection.direction === 'outbound') for (const watcher of connectionWatchers) watcher(peer.id)
    },
  })
  const { disconnect, drop, ban, onGoodbye } = createDisconnector({ ...options, registry, stopping, finish })
  const checks = createChecks({ ...options, registry, drop, persistentPeers: () => persistentPeers })
  const evidence = createClockEvidence(chain, clock)
  function noteHead(peer: PeerInfo, headSlot: number): void {
    evidence.note(peer, headSlot)
    options.onReachability()
  }
  const { startHandshake, onStatus, onIdentify, onUpdate } = createHandshake({
    ...options,
    noteHead,
    registry,
    disconnect,
    onReady(peer) {
      startPinging(peer)
      // What they agreed over has served its purpose.
      for (const other of libp2p.getConnections(peer.connection.remotePeer)) {
        if (other.limits !== undefined) void closeConnection(other, clock)
      }
    },
  })
  const onMetadataSequence = createMetadataFetcher({ requests: options.requests, registry })
  const pingOptions = { ...options, random, registry, disconnect, onStatus, onMetadataSequence }
  const { startPinging, onDigestChange } = createPingAndStatus(pingOptions)

  function keep(kept: readonly PersistentPeer[]): PersistentPeers {
    return startPersistentPeers(kept, {
      clock,
      random,
      bannedUntilMs: scores.bannedUntilMs,
      async connect({ id, addresses }, signal) {
        const peer = await reach(id, addresses, signal)
        return { disconnected: peer.disconnected.promise }
      },
      onFailed({ addresses }, error) {
        options.onEvent({ type: 'dial:failed', address: addresses[0]!.toString(), error })
      },
      onChange: options.onReachability,
      maxBootnodes: options.maxBootnodes,
      disconnect({ id }) {
        const peer = registry.get(id)
        if (peer !== undefined)
          disconnect(peer, CLIENT_SHUTDOWN, 'the bootnode that it stood in for is back').catch(() => {})
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
    persistentPeers.stop()
    stopWatchingDigests()
    stopper.abort(new LamparaError('stopped', 'The network has stopped'))
    await Promise.all(registry.all().map((peer) => disconnect(peer, CLIENT_SHUTDOWN, 'we stopped')))
    stopListening()
    registry.end()
  }

  return {
    list: registry.list,
    watchConnections(callback) {
      connectionWatchers.add(callback)
      for (const { id, connection } of registry.all()) if (connection.direction === 'outbound') callback(id)
      return () => void connectionWatchers.delete(callback)
    },
    readyPeer(peerId) {
      const peer = registry.get(peerId)
      return peer?.state === 'ready' ? registry.infoOf(peer) : undefined
    },
    all: registry.allPeers,
    unreachableError: () => (registry.list.value.length > 0 ? undefined : persistentPeers.unreachableError()),
    get dialedCount() {
      return registry.dialedCount
    },
    dialerHost: {
      connected: () => registry.all().map((peer) => registry.infoOf(peer)),
      ready: () => registry.list.value,
      watch: registry.list.watch,
      async connect(peerId, addresses, signal) {
        const peer = await reach(peerId, addresses, signal)
        return { peer: registry.infoOf(peer), disconnected: peer.disconnected.promise }
      },
      async disconnect(peerId, reason, code = CLIENT_SHUTDOWN) {
        const peer = registry.get(peerId)
        if (peer !== undefined) await disconnect(peer, code, reason)
      },
      isExcluded: (id) =>
        id === libp2p.peerId.toString() || persistentPeers.has(id) || scores.bannedUntilMs(id) !== undefined,
    },
    start() {
      persistentPeers = keep(options.persistentPeers)
      stopWatchingDigests = watchDigestChanges(chain, clock, onDigestChange)
    },
    setPersistentPeers(kept) {
      persistentPeers.stop()
      persistentPeers = keep(kept.filter(({ id }) => !released.has(id)))
      registry.list.value.forEach(({ id }) => {
        const peer = registry.get(id)
        if (peer !== undefined) registry.changed(peer)
      })
      options.onReachability()
    },
    dialNow: () => persistentPeers.dialNow(),
    async connect(peerId, address, signal) {
      const linked = linkSignals(signal, stopping)
      try {
        // A connection that is half open still counts as one.
        if (registry.get(peerId) !== undefined) await raceSignal(checks.one(peerId), linked.signal)
        return registry.infoOf(await reach(peerId, [address], linked.signal))
      } finally {
        linked.dispose()
      }
    },
    async disconnect(peerId, code) {
      persistentPeers.release(peerId)
      released.add(peerId)
      const peer = registry.get(peerId)
      if (peer !== undefined) await disconnect(peer, code, 'we left')
    },
    reconnect(peerId) {
      const peer = registry.get(peerId)
      if (peer !== undefined) disconnect(peer, CLIENT_SHUTDOWN, 'its gossip stream broke').catch(() => {})
    },
    check: checks.all,
    report(peerId, penalty, reason) {
      const untilMs = scores.lower(peerId, penalty)
      if (untilMs !== undefined) return ban(peerId, reason, untilMs)
      const peer = registry.get(peerId)
      if (peer !== undefined) registry.changed(peer)
    },
    reward(peerId) {
      scores.raise(peerId, 1)
      const peer = registry.get(peerId)
      if (peer !== undefined) registry.changed(peer)
    },
    noteServed(peerId) {
      const peer = registry.get(peerId)
      if (peer === undefined) return
      peer.lastServedAtMs = clock.now()
      registry.changed(peer)
    },
    select: (protocolIds, select) => bestPeer(registry.list.value, protocolIds, select),
    onStatus,
    onMetadataSequence,
    onGoodbye,
    clockSkew: evidence.estimate,
    noteHead(peerId, headSlot) {
      const peer = registry.get(peerId)
      if (peer !== undefined) noteHead(registry.infoOf(peer), headSlot)
    },
    stop: () => (stopped ??= end()),
  }
}
