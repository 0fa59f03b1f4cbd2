import { multiaddr } from '@multiformats/multiaddr'
import { parsePeerAddress } from '../discovery/index.ts'
import { createGossip } from '../gossip/index.ts'
import { limitWords } from '../limits/words.ts'
import { CLIENT_SHUTDOWN, clockSkewError, createPeers } from '../peers/index.ts'
import type { Platform } from '../platform/platform.ts'
import { createReqResp, type ReqResp } from '../reqresp/index.ts'
import { deadline, onAbort, raceSignal } from '../streams/abort.ts'
import { systemClock } from '../streams/clock.ts'
import { disposable } from '../streams/disposable.ts'
import { createWatchable } from '../streams/watchable.ts'
import { baseProtocols, createOwnStatus, peerWire, serveBaseProtocols } from './base-protocols.ts'
import { checkOptions } from './check-options.ts'
import { createEventHub } from './event-hub.ts'
import { hasGossipStream, speaksGossip, watchGossipStreams } from './gossip-streams.ts'
import { type LateRecruiting, recruitLate } from './late-recruiting.ts'
import { makeNode } from './make-node.ts'
import { meteredDialer } from './meter.ts'
import { countPeers } from './peer-metrics.ts'
import { sameStatus, statusOf } from './status.ts'
import { withAnsweringStorage } from './storage-option.ts'
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
/** What is let go of without waiting when it does not end by then. */
const STOP_MS = 3_000

/** Creates a network on a platform; see `createNetwork()`, which brings its own. */
export async function createNetworkOn(platform: Platform, asked: NetworkOptions): Promise<Network> {
  const options = withAnsweringStorage(asked)
  const { chain, clock = systemClock, role = 'peer', signal } = options
  signal?.throwIfAborted()
  const kept = checkOptions(platform, options)
  const made = await makeNode(platform, options)
  const { libp2p } = made
  const { gater, transports, book, router, meter, storageTrouble } = made.parts
  const { privateKey } = libp2p.services.lampara.components
  for (const { addresses } of kept) for (const address of addresses) gater.allow(address)

  const log = options.logger && (await import('./log-events.ts')).logEvents(options.logger)
  const hub = createEventHub((event) => {
    meter.onEvent(event)
    log?.(event)
  })
  const own = createOwnStatus(chain, clock)
  const status = createWatchable<NetworkStatus>({ state: 'connecting', peers: 0 }, sameStatus)
  let everConnected = false
  let stopping = false
  let stopped: Promise<void> | undefined

  function tellStatus(): void {
    const count = peers.list.value.length
    everConnected ||= count > 0
    const skew = count === 0 ? peers.clockSkew() : undefined
    const unreachable = skew === undefined ? peers.unreachable() : clockSkewError(skew)
    const facts = { stopped: stopping, peers: count, everConnected, unreachable }
    status.set(statusOf(facts))
  }

  const peers = createPeers({
    libp2p,
    chain,
    clock,
    book,
    kept,
    wire: peerWire((): ReqResp => reqresp, own),
    pingMs: pingOf[role],
    maxBootnodes: options.maxBootnodes ?? DEFAULT_MAX_BOOTNODES,
    dialer: meteredDialer(libp2p.services.lampara, meter),
    rank: transports.rank,
    ownFinality: own.finality,
    enrOf: (peerId) => recruiting?.running?.enrOf(peerId),
    onEvent: hub.emit,
    onReachability: () => tellStatus(),
  })
  made.parts.budgets.onExceeded = ({ cause, peerId }) => {
    // What piles up may be slowness; a flood is not.
    const offence = cause === 'unsent_bytes' || cause === 'unread_bytes' ? 'low-tolerance' : 'fatal'
    if (peerId !== undefined) peers.report(peerId, offence, limitWords(cause))
  }
  const reqresp = createReqResp({
    libp2p,
    chain,
    clock,
    selectPeer: peers.select,
    onOffence: peers.report,
    onRequest: meter.onRequest,
    // What greets and keeps a connection everyone answers.
    onServed: (peerId, method) => baseProtocols.has(method) || peers.served(peerId),
  })
  serveBaseProtocols(reqresp, peers, own)

  async function stop(): Promise<void> {
    stopped ??= end()
    return stopped
  }

  async function end(): Promise<void> {
    forgetSignal()
    // Told before anything closes: watchers see one change, not one for each peer.
    stopping = true
    tellStatus()
    stopSweep()
    stopWaking()
    forgetBootstrap()
    gossip?.stop()
    const limit = deadline({ clock, afterMs: STOP_MS, error: () => new Error('it does not end') })
    const bounded = (work: Promise<unknown>): Promise<unknown> => raceSignal(work, limit.signal).catch(() => {})
    await bounded(Promise.resolve(recruiting?.stop()))
    await bounded(peers.stop())
    await bounded(reqresp.stop())
    await bounded(made.release())
    limit.cancel()
    status.end()
    hub.end()
  }

  let gossip: ReturnType<typeof createGossip> | undefined
  let recruiting: LateRecruiting | undefined
  let stopSweep = (): void => {}
  let stopWaking = (): void => {}
  let forgetBootstrap = (): void => {}
  let forgetSignal = (): void => {}
  try {
    try {
      await made.start()
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
    router,
    chain,
    clock,
    isReachable: (peerId) => hasGossipStream(libp2p, peerId),
    onOffence: peers.report,
    onAccepted: peers.reward,
    onMessage: meter.onMessage,
    onPublished: meter.onPublished,
    onValidatorFailed: (topic, error) => hub.emit({ type: 'validator:failed', topic, error }),
  })
  peers.list.watch(tellStatus)
  const speakers = (): string[] => peers.list.value.filter((peer) => speaksGossip(peer.protocols)).map(({ id }) => id)
  stopSweep = watchGossipStreams(libp2p, clock, speakers, peers.reconnect)
  forgetSignal = onAbort(signal, () => void stop())
  // Whoever is given the network can listen by then.
  if (storageTrouble) clock.setTimer(() => hub.emit({ type: 'storage:failed', error: storageTrouble }), 0)
  let ownRecord: Promise<() => { readonly text: string }> | undefined
  async function signRecord(): Promise<string> {
    const addresses = (): string[] => libp2p.getMultiaddrs().map((address) => address.toString())
    ownRecord ??= import('./late.ts').then(({ createOwnRecord }) =>
      createOwnRecord({ chain, clock, privateKey, addresses }),
    )
    return (await ownRecord)().text
  }
  recruiting = recruitLate({
    options,
    platform,
    clock,
    privateKey,
    record: () => signRecord(),
    ownPeerId: libp2p.peerId.toString(),
    peers,
    reqresp,
    emit: hub.emit,
    events: hub.events,
    bans: book,
    mayDial: (address) => gater.mayDial(multiaddr(address)),
    meshesWith: libp2p.services.pubsub.meshesWith,
  })
  try {
    // Whoever is banned from earlier is not to be dialed first. In a page the first head is not kept waiting for it.
    if (platform.name !== 'browser') await raceSignal(recruiting.housekeeping, signal)
    peers.start()
    stopWaking = watchWake(platform, clock, () => void peers.check().catch(() => {}))
    forgetBootstrap = clock.setTimer(
      () =>
        hub.emit({ type: 'bootstrap:result', connected: everConnected, peers: status.value.peers, tried: peers.tried }),
      BOOTSTRAP_MS,
    )
    // Like any other port that was asked for: what cannot be listened on is told at once.
    if (options.discv5) await recruiting.start()
  } catch (error) {
    await stop()
    throw error
  }

  return disposable<Network>({
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
      const { counts, peaks } = made.parts.budgets
      return {
        ...meter.snapshot({
          peers: () => countPeers(peers.everyone()),
          gossip: () => gossip?.standing() ?? new Map(),
        }),
        limits: { exceeded: { ...counts }, peaks: { ...peaks } },
      }
    },
    meter,
    everyPeer: peers.everyone,
    watchStatus: status.watch,
    watchPeers: peers.list.watch,
    events: hub.events,
    emit: hub.emit,
    async connect(address, { signal: own } = {}) {
      const parsed = parsePeerAddress(address)
      gater.allow(parsed.address)
      return peers.connect(parsed.peerId, parsed.address, own)
    },
    async check() {
      if (!stopping) await peers.check()
      return status.value
    },
    disconnect: (peerId, reason = CLIENT_SHUTDOWN) => peers.disconnect(peerId, reason),
    report: peers.report,
    refuseInbound: gater.refuseInbound,
    pathOf(peerId) {
      const peer = peers.list.value.find(({ id }) => id === peerId)
      if (peer?.persistent) return peerId
      if (peer?.direction === 'inbound') return 'inbound'
      return recruiting?.running?.originOf(peerId) ?? peerId
    },
    drawPeers: (count, accept = () => true) => recruiting?.running?.draw(count, accept) ?? [],
    record: async () => recruiting?.running?.record ?? signRecord(),
    clockSkew: peers.clockSkew,
    noteHead: peers.noteHead,
    setStatus: own.set,
    async handleStreams(protocolId, handler, { maxStreams }) {
      await libp2p.handle(protocolId, handler, { maxInboundStreams: maxStreams })
      return () => libp2p.unhandle(protocolId)
    },
    stop,
  })
}
