import { multiaddr } from '@multiformats/multiaddr'
import { parsePeerAddress } from '../discovery/index.ts'
import { loadCode } from '../errors/index.ts'
import { hasGossipStream, supportsGossip, watchGossipStreams } from '../gossip/gossipsub/stream-health.ts'
import { createGossip } from '../gossip/index.ts'
import { limitWords } from '../limits/words.ts'
import { CLIENT_SHUTDOWN, clockSkewError, createPeerManager } from '../peers/index.ts'
import type { Platform } from '../platform/platform.ts'
import { createReqResp, type ReqResp } from '../reqresp/index.ts'
import { deadline, onAbort, raceSignal } from '../streams/abort.ts'
import { attachAsyncDispose } from '../streams/attach-async-dispose.ts'
import { systemClock } from '../streams/clock.ts'
import { createWatchable } from '../streams/watchable.ts'
import { baseProtocols, createLocalStatusStore, createPeerRequests, serveBaseProtocols } from './base-protocols.ts'
import { checkOptions, persistentPeersOf } from './check-options.ts'
import { createLazyDiscovery, type LazyDiscovery } from './discovery/lazy-discovery.ts'
import { createEventHub } from './event-hub.ts'
import type { JoinKeeper } from './join/keep-joined.ts'
import { meteredDialer } from './metrics/meter.ts'
import { countPeers } from './metrics/peer-metrics.ts'
import { createNode } from './node/create-node.ts'
import { sameStatus, statusOf } from './status.ts'
import { withStorageTimeout } from './storage-option.ts'
import type { Network, NetworkOptions, NetworkStatus } from './types.ts'
import { watchWake } from './watch-wake.ts'

/** How often peers are pinged: a relay has too many to hear from each of them often. */
const pingOf = {
  peer: { inbound: 15_000, outbound: 20_000 },
  relay: { inbound: 60_000, outbound: 20_000 },
} as const
const BOOTSTRAP_MS = 30_000
/** More paths than one, and yet a fleet's clients spread over it. */
const DEFAULT_MAX_BOOTNODES = 3
/** What piles up for a peer is a quarter of an offence of its address group. */
const SLOW_OFFENCE = 0.25
/** Time allowed for each step of `stop()`. */
const STOP_MS = 3_000

/** Creates a network on a platform; see `createNetwork()`, which brings its own. */
export async function createNetworkOn(platform: Platform, given: NetworkOptions): Promise<Network> {
  const options = withStorageTimeout(given)
  const { chain, clock = systemClock, role = 'peer', signal } = options
  signal?.throwIfAborted()
  const persistentPeers = checkOptions(platform, options)
  const node = await createNode(platform, options)
  const { libp2p } = node
  const { gater, transports, scores, gossipsubConfig, meter, inbound, storageError } = node.dependencies
  const { privateKey } = libp2p.services.lampara.components
  for (const { addresses } of persistentPeers) for (const address of addresses) gater.allow(address)

  const log = options.logger && (await import('./metrics/log-events.ts')).logEvents(options.logger)
  const hub = createEventHub((event) => {
    meter.onEvent(event)
    log?.(event)
    if (event.type === 'peer:banned') inbound?.gate.offend(event.peerId, 1)
  })
  const localStatus = createLocalStatusStore(chain, clock)
  const status = createWatchable<NetworkStatus>({ state: 'connecting', peers: 0 }, sameStatus)
  let everConnected = false
  let stopping = false
  let stopped: Promise<void> | undefined

  function updateStatus(): void {
    const count = peers.list.value.length
    everConnected ||= count > 0
    const skew = count === 0 ? peers.clockSkew() : undefined
    const unreachable = joined?.error ?? (skew === undefined ? peers.unreachableError() : clockSkewError(skew))
    const facts = { stopped: stopping, peers: count, everConnected, unreachable }
    status.set(statusOf(facts))
  }

  const peers = createPeerManager({
    libp2p,
    chain,
    clock,
    scores,
    persistentPeers,
    requests: createPeerRequests((): ReqResp => reqresp, localStatus),
    pingMs: pingOf[role],
    maxBootnodes: options.maxBootnodes ?? DEFAULT_MAX_BOOTNODES,
    dialer: meteredDialer(libp2p.services.lampara, meter),
    rank: transports.rank,
    ownFinality: localStatus.finality,
    enrOf: (peerId) => discovery?.running?.enrOf(peerId),
    onEvent: hub.emit,
    onReachability: () => updateStatus(),
  })
  node.dependencies.budgets.onExceeded = ({ cause, peerId }) => {
    // What piles up may be slowness; a flood is not.
    const isSlow = cause === 'unsent_bytes' || cause === 'unread_bytes'
    if (peerId === undefined) return
    if (isSlow) inbound?.gate.offend(peerId, SLOW_OFFENCE)
    peers.report(peerId, isSlow ? 'low-tolerance' : 'fatal', limitWords(cause))
  }
  const seats = inbound?.keepSeats({
    clock,
    peer: peers.readyPeer,
    isSubscriber: libp2p.services.pubsub.isSubscriber,
    disconnect: peers.dialerHost.disconnect,
  })
  const reqresp = createReqResp({
    libp2p,
    chain,
    clock,
    selectPeer: peers.select,
    onPenalty: peers.report,
    onRequest: meter.onRequest,
    onAsked: (peerId, method) => baseProtocols.has(method) || seats?.noteRequest(peerId),
    // What greets and keeps a connection everyone answers.
    onServed: (peerId, method) => baseProtocols.has(method) || peers.noteServed(peerId),
  })
  serveBaseProtocols(reqresp, peers, localStatus)

  async function stop(): Promise<void> {
    stopped ??= end()
    return stopped
  }

  async function check(): Promise<void> {
    joined?.readNow()
    await peers.check()
  }

  async function end(): Promise<void> {
    forgetSignal()
    // Told before anything closes: watchers see one change, not one for each peer.
    stopping = true
    updateStatus()
    stopSweep()
    stopWaking()
    joined?.stop()
    forgetBootstrap()
    gossip?.stop()
    const limit = deadline({ clock, afterMs: STOP_MS, error: () => new Error('it does not end') })
    const bounded = (work: Promise<unknown>): Promise<unknown> => raceSignal(work, limit.signal).catch(() => {})
    await bounded(Promise.resolve(discovery?.stop()))
    await bounded(peers.stop())
    await bounded(reqresp.stop())
    await bounded(node.release())
    limit.cancel()
    status.end()
    hub.end()
  }

  let gossip: ReturnType<typeof createGossip> | undefined
  let discovery: LazyDiscovery | undefined
  let joined: JoinKeeper | undefined
  let stopSweep = (): void => {}
  let stopWaking = (): void => {}
  let forgetBootstrap = (): void => {}
  let forgetSignal = (): void => {}
  try {
    try {
      await node.start()
    } catch (error) {
      throw (await import('./listen-error.ts')).listenError(error, options.listen)
    }
    signal?.throwIfAborted()
  } catch (error) {
    await stop()
    throw error
  }
  gossip = createGossip({
    pubsub: libp2p.services.pubsub,
    gossipsubConfig,
    chain,
    clock,
    hasOutboundStream: (peerId) => hasGossipStream(libp2p, peerId),
    onPenalty: peers.report,
    onAccepted: peers.reward,
    onMessage: meter.onMessage,
    onPublished: meter.onPublished,
    onValidatorFailed: (topic, error) => hub.emit({ type: 'validator:failed', topic, error }),
  })
  peers.list.watch(updateStatus)
  const gossipPeers = (): string[] =>
    peers.list.value.filter((peer) => supportsGossip(peer.protocols)).map(({ id }) => id)
  stopSweep = watchGossipStreams(libp2p, clock, gossipPeers, peers.reconnect)
  forgetSignal = onAbort(signal, () => void stop())
  // The caller can listen by then.
  if (storageError) clock.setTimer(() => hub.emit({ type: 'storage:failed', error: storageError }), 0)
  let localEnr: Promise<() => { readonly text: string }> | undefined
  async function signEnr(): Promise<string> {
    const addresses = (): string[] => libp2p.getMultiaddrs().map((address) => address.toString())
    localEnr ??= import('./deferred.ts').then(({ createLocalEnr }) =>
      createLocalEnr({ chain, clock, privateKey, addresses }),
    )
    return (await localEnr)().text
  }
  discovery = createLazyDiscovery({
    options,
    platform,
    clock,
    privateKey,
    enr: () => signEnr(),
    ownPeerId: libp2p.peerId.toString(),
    peers,
    reqresp,
    emit: hub.emit,
    events: hub.events,
    bans: scores,
    mayDial: (address) => gater.mayDial(multiaddr(address)),
    sharedMeshCount: libp2p.services.pubsub.sharedMeshCount,
  })
  try {
    // Anyone who is banned from earlier is not to be dialed first. In a page the first head is not kept waiting for it.
    if (platform.name !== 'browser') await raceSignal(discovery.limitEnforcement, signal)
    peers.start()
    if (options.joined) {
      const { keepJoined } = await loadCode(() => import('./join/index.ts'), 'the code for join documents')
      signal?.throwIfAborted()
      joined = keepJoined({
        source: options.joined,
        clock,
        peers: peers.list,
        setBootnodes(bootnodes) {
          const kept = persistentPeersOf({ ...options, bootnodes })
          for (const { addresses } of kept) for (const address of addresses) gater.allow(address)
          peers.setPersistentPeers(kept)
        },
        dialNow: peers.dialNow,
        emit: hub.emit,
        onChange: updateStatus,
        storage: options.storage,
      })
    }
    stopWaking = watchWake(platform, clock, () => void check().catch(() => {}))
    forgetBootstrap = clock.setTimer(
      () =>
        hub.emit({
          type: 'bootstrap:completed',
          connected: everConnected,
          peers: status.value.peers,
          tried: peers.dialedCount,
        }),
      BOOTSTRAP_MS,
    )
    // Like any other port that was asked for: what cannot be listened on is told at once.
    if (options.discv5) await discovery.start()
  } catch (error) {
    await stop()
    throw error
  }

  return attachAsyncDispose<Network>({
    chain,
    clock,
    peerId: libp2p.peerId.toString(),
    get addresses() {
      return libp2p.getMultiaddrs().map((address) => address.toString())
    },
    gossip,
    reqresp,
    storage: options.storage,
    logger: options.logger,
    get status() {
      return status.value
    },
    get peers() {
      return peers.list.value
    },
    get metrics() {
      const { counts, peaks } = node.dependencies.budgets
      return {
        ...meter.snapshot({
          peers: () => countPeers(peers.all()),
          gossip: () => gossip?.topicStats() ?? new Map(),
        }),
        limits: { exceeded: { ...counts }, peaks: { ...peaks } },
      }
    },
    meter,
    allPeers: peers.all,
    watchStatus: status.watch,
    watchPeers: peers.list.watch,
    watchConnections: peers.watchConnections,
    events: hub.events,
    emit: hub.emit,
    async connect(address, { signal: own } = {}) {
      const parsed = parsePeerAddress(address)
      gater.allow(parsed.address)
      return peers.connect(parsed.peerId, parsed.address, own)
    },
    async check() {
      if (!stopping) await check()
      return status.value
    },
    disconnect: (peerId, reason = CLIENT_SHUTDOWN) => peers.disconnect(peerId, reason),
    report: peers.report,
    refuseInbound: gater.refuseInbound,
    pathOf(peerId) {
      const peer = peers.list.value.find(({ id }) => id === peerId)
      if (peer?.persistent) return peerId
      if (peer?.direction === 'inbound') return 'inbound'
      return discovery?.running?.originOf(peerId) ?? peerId
    },
    samplePeers: (count, accept = () => true) => discovery?.running?.draw(count, accept) ?? [],
    enr: async () => discovery?.running?.enr ?? signEnr(),
    clockSkew: peers.clockSkew,
    noteHead: peers.noteHead,
    setStatus: localStatus.set,
    async handleStreams(protocolId, handler, { maxStreams }) {
      await libp2p.handle(protocolId, handler, { maxInboundStreams: maxStreams })
      return () => libp2p.unhandle(protocolId)
    },
    stop,
  })
}
