import type { Connection, IdentifyResult, Libp2p, PeerUpdate } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Chain } from '../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../errors/index.ts'
import { deadline, delay, linkSignals, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { chooseConnection } from './choose-connection.ts'
import { type ConnectedPeer, connectedPeer, viewOf } from './connected-peer.ts'
import { closeConnection, dial } from './dial.ts'
import { CLIENT_SHUTDOWN, goodbyeWords } from './goodbye.ts'
import { type KeptPeer, keepPeers } from './keep.ts'
import { nextState, type PeerStep } from './lifecycle.ts'
import { irrelevance, type OwnFinality } from './relevance.ts'
import type { ScoreBook } from './score-book.ts'
import { bestPeer } from './select.ts'
import type { Offence, PeerEvent, PeerView, RemoteStatus } from './types.ts'
import { pingRegularly, refreshRegularly, watchDigestChanges } from './upkeep.ts'

/** A dialer is to send its Status within a second; slow ones are asked for it after this. */
const INBOUND_STATUS_MS = 5_000
/** How long a peer that greeted may take to tell what it serves. */
const IDENTIFY_MS = 2_000
/** The agent is a stranger's words, to be shown on pages. */
const MAX_AGENT_LENGTH = 128
const GOODBYE_MS = 500
/** A peer that said goodbye is to close; one that only says so is helped after this. */
const GOODBYE_CLOSE_MS = 1_000
const PROBE_MS = 3_000
/** libp2p still reads a lost peer's record while it tells its services of the loss. */
const FORGET_MS = 5_000

/** The requests that peers are met with; handed in, since behaviours do not know each other. */
export interface PeerWire {
  exchangeStatus(peerId: string, signal: AbortSignal): Promise<RemoteStatus>
  ping(peerId: string, signal: AbortSignal): Promise<void>
  sayGoodbye(peerId: string, code: number, signal: AbortSignal): Promise<void>
}

/** What the peer manager works with; all of it is handed in. */
export interface PeersOptions {
  readonly libp2p: Pick<Libp2p, 'peerId' | 'dial' | 'getConnections' | 'addEventListener' | 'removeEventListener'> & {
    readonly peerStore: Pick<Libp2p['peerStore'], 'delete'>
  }
  readonly chain: Chain
  readonly clock: Clock
  readonly wire: PeerWire
  readonly book: ScoreBook
  readonly kept: readonly KeptPeer[]
  /** How often peers are pinged, by who dialed. */
  readonly pingMs: { readonly inbound: number; readonly outbound: number }
  readonly random?: () => number
  /** True when this environment can dial the address at all. */
  canDial(multiaddr: string): boolean
  /** Our own finalized checkpoint, once there is one. */
  ownFinality(): OwnFinality | undefined
  onEvent(event: PeerEvent): void
  /** Called whenever `unreachable()` may have changed. */
  onReachability(): void
}

/** The peer manager: meets, judges, keeps and leaves peers. libp2p owns the connections. */
export interface Peers {
  /** Peers that count: both Statuses exchanged and matching. */
  readonly list: Watchable<readonly PeerView[]>
  /** Why none of the kept peers can be reached, once all were tried in vain. */
  unreachable(): LamparaError | undefined
  /** Starts to dial those to keep. */
  start(): void
  connect(peerId: string, address: Multiaddr, signal?: AbortSignal): Promise<PeerView>
  disconnect(peerId: string, code: number): Promise<void>
  /** Closes the connection to a peer that is no longer of use as it is; one to keep is dialed again. */
  reconnect(peerId: string): void
  report(peerId: string, offence: Offence, reason: string): void
  /** Rewards a peer for something new and valid. */
  reward(peerId: string): void
  select(protocolIds: readonly string[], exclude: ReadonlySet<string>): string | undefined
  /** Takes a Status that a peer sent us. */
  takeStatus(peerId: string, status: RemoteStatus): void
  /** Takes a Goodbye that a peer sent us. */
  takeGoodbye(peerId: string, code: number): void
  /** Says goodbye to all and closes; idempotent, and over within two seconds. */
  stop(): Promise<void>
}

/** Creates the peer manager over a libp2p node. */
export function createPeers(options: PeersOptions): Peers {
  const { libp2p, chain, clock, wire, book, random = Math.random } = options
  const ownId = libp2p.peerId.toString()
  const peers = new Map<string, ConnectedPeer>()
  const list = createWatchable<readonly PeerView[]>([])
  const stopping = new AbortController()
  let stopWatchingDigests = (): void => {}
  let stopped: Promise<void> | undefined
  let keeper = keepPeers([], keepOptions())

  function keepOptions(): Parameters<typeof keepPeers>[1] {
    return {
      clock,
      random,
      bannedUntilMs: book.bannedUntilMs,
      async connect(kept, signal) {
        const peer = await reach(kept.id, kept.addresses, signal)
        return { lost: peer.lost.promise }
      },
      onFailed(kept, error) {
        options.onEvent({ type: 'dial:failed', address: kept.addresses[0]!.toString(), error })
      },
      onChange: options.onReachability,
    }
  }

  const viewed = (peer: ConnectedPeer): PeerView => viewOf(peer, keeper.has(peer.id), book.scoreOf(peer.id))

  function publishList(changed?: ConnectedPeer): void {
    if (changed !== undefined) delete changed.view
    list.set([...peers.values()].filter(({ state }) => state === 'counted').map(viewed))
  }

  // Connections: one record a peer.

  function onOpen({ detail: connection }: CustomEvent<Connection>): void {
    // libp2p's own connection manager may hear of it after us, and requests go through it.
    queueMicrotask(() => take(connection))
  }

  function take(connection: Connection): void {
    if (connection.status !== 'open') return
    const id = connection.remotePeer.toString()
    const first = peers.get(id)
    if (stopped !== undefined) connection.abort(new Error('stopped'))
    else if (first === undefined) begin(id, connection)
    else if (first.state === 'leaving' || first.connection.status !== 'open') replace(first, connection)
    else onSecond(first, connection)
  }

  function onSecond(first: ConnectedPeer, second: Connection): void {
    const choice = chooseConnection(ownId, first.id, first.connection.direction, second.direction)
    if (choice === 'keep-second') {
      first.leaveReason ??= 'another connection took its place'
      replace(first, second)
    } else if (choice === 'keep-first' || first.spare !== undefined) void closeConnection(second, clock)
    else {
      first.spare = second
      void probe(first, second)
    }
  }

  async function probe(first: ConnectedPeer, second: Connection): Promise<void> {
    const limit = deadline({ clock, afterMs: PROBE_MS, error: () => new Error('no answer'), signal: first.life.signal })
    try {
      await raceSignal(wire.ping(first.id, limit.signal), limit.signal).catch((error) => {
        if (!isLamparaError(error, 'protocol_unsupported')) throw error
      })
      delete first.spare
      await closeConnection(second, clock)
    } catch {
      first.leaveReason ??= 'the connection was dead'
      // The spare takes over when this one is gone.
      first.connection.abort(new Error('no answer to a ping'))
    } finally {
      limit.cancel()
    }
  }

  function replace(first: ConnectedPeer, second: Connection): void {
    delete first.spare
    finish(first, second)
    // At once, so that gossipsub opens its stream on the connection that stays.
    first.connection.abort(new Error('replaced'))
  }

  function onClose({ detail: connection }: CustomEvent<Connection>): void {
    const peer = peers.get(connection.remotePeer.toString())
    if (peer?.connection.id === connection.id) finish(peer, peer.spare)
    else if (peer?.spare?.id === connection.id) delete peer.spare
  }

  function begin(id: string, connection: Connection): void {
    const peer = connectedPeer(id, connection, clock.now())
    peers.set(id, peer)
    greet(peer).catch((thrown) => {
      if (peer.state === 'leaving' || peers.get(id) !== peer) return
      peer.failure = LamparaError.from(thrown, 'dial_failed', `Cannot greet ${id}`)
      leave(peer, CLIENT_SHUTDOWN, `the greeting failed: ${messageOf(thrown)}`).catch(() => {})
    })
  }

  /** The end of a peer, once: its connection is closed. A connection that takes over is another beginning. */
  function finish(peer: ConnectedPeer, next?: Connection): void {
    if (peers.get(peer.id) !== peer) return
    peers.delete(peer.id)
    const reason = peer.leaveReason ?? 'the connection closed'
    const view = viewed(peer)
    peer.life.abort(new LamparaError('peer_disconnected', `Lost ${peer.id}: ${reason}`))
    const failure = peer.failure ?? new LamparaError('dial_failed', `Cannot connect to ${peer.id}: ${reason}`)
    peer.settled.reject(failure)
    const countedMs = peer.countedAtMs === undefined ? 0 : Math.max(0, clock.now() - peer.countedAtMs)
    peer.lost.resolve(peer.goodbye === undefined ? { countedMs } : { countedMs, goodbye: peer.goodbye })
    if (peer.countedAtMs !== undefined) {
      publishList()
      options.onEvent({ type: 'peer:disconnected', peer: view, reason })
    }
    if (next?.status === 'open' && stopped === undefined) begin(peer.id, next)
    else clock.setTimer(() => forget(peer), FORGET_MS)
  }

  /** The store sweeps nothing by itself; while connected, deleting would leave a ghost in gossipsub. */
  function forget({ id, connection }: ConnectedPeer): void {
    if (peers.has(id) || libp2p.getConnections(connection.remotePeer).length > 0) return
    libp2p.peerStore.delete(connection.remotePeer).catch(() => {})
  }

  // From a connection to a peer that counts.

  async function greet(peer: ConnectedPeer): Promise<void> {
    const { signal } = peer.life
    if (peer.connection.direction === 'inbound') await delay(INBOUND_STATUS_MS, { clock, signal })
    if (peer.status !== undefined) return
    takeStatus(peer.id, await wire.exchangeStatus(peer.id, signal))
  }

  function step(peer: ConnectedPeer, how: PeerStep): void {
    const before = peer.state
    peer.state = nextState(before, how)
    if (peer.state !== 'counted' || before === 'counted') return
    peer.countedAtMs = clock.now()
    publishList(peer)
    peer.settled.resolve()
    options.onEvent({ type: 'peer:connected', peer: viewed(peer) })
    keepFresh(peer)
  }

  function takeStatus(peerId: string, status: RemoteStatus): void {
    const peer = peers.get(peerId)
    if (peer === undefined || peer.state === 'leaving') return
    const why = irrelevance(chain, clock.now(), options.ownFinality(), status)
    if (why !== undefined) {
      peer.failure = new LamparaError('irrelevant_network', `Cannot keep ${peerId}: ${why}`, { details: { peerId } })
      leave(peer, CLIENT_SHUTDOWN, `another network: ${why}`).catch(() => {})
      return
    }
    peer.status = status
    step(peer, 'matched')
    if (peer.state === 'counted') publishList(peer)
    else if (peer.state === 'matched') {
      delay(IDENTIFY_MS, { clock, signal: peer.life.signal }).then(
        () => step(peer, 'identified'),
        () => {},
      )
    }
  }

  function onIdentify({ detail }: CustomEvent<IdentifyResult>): void {
    const peer = peers.get(detail.peerId.toString())
    if (peer === undefined) return
    peer.protocols = detail.protocols
    if (detail.agentVersion !== undefined) peer.agent = detail.agentVersion.slice(0, MAX_AGENT_LENGTH)
    if (peer.state === 'counted') publishList(peer)
    else step(peer, 'identified')
  }

  /** Later news of the protocols: what a peer serves changes while it runs. */
  function onUpdate({ detail }: CustomEvent<PeerUpdate>): void {
    const peer = peers.get(detail.peer.id.toString())
    if (peer === undefined || peer.protocols.length === 0) return
    const { protocols } = detail.peer
    if (protocols.length === peer.protocols.length && protocols.every((id) => peer.protocols.includes(id))) return
    peer.protocols = [...protocols]
    if (peer.state === 'counted') publishList(peer)
  }

  // While it counts.

  function keepFresh(peer: ConnectedPeer): void {
    const { direction } = peer.connection
    pingRegularly(peer, options.pingMs[direction], {
      clock,
      random,
      ping: wire.ping,
      onLatency(_, latencyMs) {
        peer.latencyMs = latencyMs
        publishList(peer)
      },
      onSilent: () => void leave(peer, CLIENT_SHUTDOWN, 'it does not answer pings').catch(() => {}),
    }).catch(() => {})
    if (direction === 'outbound') refreshRegularly(peer, { clock, random, refresh }).catch(() => {})
  }

  async function refresh(peer: ConnectedPeer): Promise<void> {
    // A refusal or a timeout here is no news of the network; silence is for the pings to tell.
    const status = await wire.exchangeStatus(peer.id, peer.life.signal).catch(() => undefined)
    if (status !== undefined) takeStatus(peer.id, status)
  }

  /** Whoever did not change digests with us is no longer of our network. */
  function onDigestChange(): void {
    for (const peer of peers.values()) {
      if (peer.state === 'counted' && peer.connection.direction === 'outbound') refresh(peer).catch(() => {})
    }
  }

  // Leaving.

  /** Says goodbye, bounded in time, and closes. Resolves when the connection is closed. */
  async function leave(peer: ConnectedPeer, code: number, reason: string): Promise<void> {
    if (peer.state === 'leaving') return void (await peer.lost.promise)
    markLeaving(peer, reason)
    const limit = deadline({ clock, afterMs: GOODBYE_MS, error: () => new Error('no time left') })
    await raceSignal(wire.sayGoodbye(peer.id, code, limit.signal), limit.signal).catch(() => {})
    limit.cancel()
    const connections = peer.spare === undefined ? [peer.connection] : [peer.connection, peer.spare]
    delete peer.spare
    await Promise.all(connections.map((connection) => closeConnection(connection, clock)))
    finish(peer)
  }

  function markLeaving(peer: ConnectedPeer, reason: string): void {
    const counted = peer.state === 'counted'
    peer.leaveReason ??= reason
    peer.state = nextState(peer.state, 'leave')
    peer.life.abort(new LamparaError('peer_disconnected', `Left ${peer.id}: ${peer.leaveReason}`))
    if (counted) publishList()
  }

  function ban(peerId: string, reason: string, untilMs: number): void {
    options.onEvent({ type: 'peer:banned', peerId, reason, untilMs })
    const peer = peers.get(peerId)
    if (peer === undefined) return
    markLeaving(peer, `banned: ${reason}`)
    peer.failure ??= new LamparaError('dial_failed', `Cannot keep ${peerId}: it is banned: ${reason}`)
    // Without a goodbye: nothing more is to come from it.
    for (const connection of libp2p.getConnections(peer.connection.remotePeer)) connection.abort(new Error('banned'))
    finish(peer)
  }

  // Reaching out.

  async function reach(id: string, addresses: readonly Multiaddr[], signal?: AbortSignal): Promise<ConnectedPeer> {
    const leaving = peers.get(id)
    if (leaving?.state === 'leaving') await raceSignal(leaving.lost.promise, signal)
    if (!peers.has(id)) await dial(options, id, addresses, signal)
    const peer = peers.get(id)
    if (peer === undefined)
      throw new LamparaError('dial_failed', `Cannot connect to ${id}: the connection closed at once`)
    await raceSignal(peer.settled.promise, signal)
    return peer
  }

  libp2p.addEventListener('connection:open', onOpen)
  libp2p.addEventListener('connection:close', onClose)
  libp2p.addEventListener('peer:identify', onIdentify)
  libp2p.addEventListener('peer:update', onUpdate)

  return {
    list,
    unreachable: () => (list.value.length > 0 ? undefined : keeper.unreachable()),
    start() {
      keeper = keepPeers(options.kept, keepOptions())
      stopWatchingDigests = watchDigestChanges(chain, clock, onDigestChange)
    },
    async connect(peerId, address, signal) {
      const linked = linkSignals(signal, stopping.signal)
      try {
        return viewed(await reach(peerId, [address], linked.signal))
      } finally {
        linked.dispose()
      }
    },
    async disconnect(peerId, code) {
      keeper.release(peerId)
      const peer = peers.get(peerId)
      if (peer !== undefined) await leave(peer, code, 'we left')
    },
    reconnect(peerId) {
      const peer = peers.get(peerId)
      if (peer !== undefined) leave(peer, CLIENT_SHUTDOWN, 'its gossip stream broke').catch(() => {})
    },
    report(peerId, offence, reason) {
      const untilMs = book.lower(peerId, offence)
      if (untilMs !== undefined) return ban(peerId, reason, untilMs)
      const peer = peers.get(peerId)
      if (peer?.state === 'counted') publishList(peer)
    },
    reward(peerId) {
      book.raise(peerId, 1)
      const peer = peers.get(peerId)
      if (peer?.state === 'counted') publishList(peer)
    },
    select: (protocolIds, exclude) => bestPeer(list.value, protocolIds, exclude),
    takeStatus,
    takeGoodbye(peerId, code) {
      const peer = peers.get(peerId)
      if (peer === undefined || peer.state === 'leaving') return
      peer.goodbye = code
      markLeaving(peer, goodbyeWords(code))
      delay(GOODBYE_CLOSE_MS, { clock, signal: stopping.signal })
        .catch(() => {})
        .then(() => closeConnection(peer.connection, clock))
    },
    stop() {
      stopped ??= (async () => {
        keeper.stop()
        stopWatchingDigests()
        stopping.abort(new LamparaError('stopped', 'The network has stopped'))
        await Promise.all([...peers.values()].map((peer) => leave(peer, CLIENT_SHUTDOWN, 'we stopped')))
        libp2p.removeEventListener('connection:open', onOpen)
        libp2p.removeEventListener('connection:close', onClose)
        libp2p.removeEventListener('peer:identify', onIdentify)
        libp2p.removeEventListener('peer:update', onUpdate)
        list.set([])
        list.end()
      })()
      return stopped
    },
  }
}
