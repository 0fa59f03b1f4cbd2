import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { type LazyGossipsub, lazyGossipsub } from '../../gossip/gossipsub/lazy-gossipsub.ts'
import { systemClock } from '../../streams/clock.ts'
import { withByteCount } from '../metrics/count-bytes.ts'
import { type DirectDialService, directDialService } from './direct-dial-service.ts'
import { lazyMplex, loadMplex } from './lazy-mplex.ts'
import { withLimitedPushes } from './limited-identify.ts'
import { withLimits } from './limited-muxer.ts'
import type { NodeDependencies } from './node-dependencies.ts'
import { noopLogger } from './noop-logger.ts'
import { withSafeSend } from './safe-muxer.ts'
import { VERSION } from './version.ts'

const MIB = 1024 * 1024
/** Streams that a peer may have open at once, over all protocols. */
const MAX_INBOUND_STREAMS = 256
const UPGRADE_MS = 5_000
/** How long a newcomer may wait for its turn, which the gate bounds. */
const TURN_MS = 7_000
/** Gossipsub opens its streams one after the other: a peer that does not answer keeps all others waiting so long. */
const STREAM_NEGOTIATION_MS = 2_000

/** libp2p refuses what comes too fast. Where peers can dial us, the gate lets them wait for their turn instead. */
const UNLIMITED = {
  inboundConnectionThreshold: Number.MAX_SAFE_INTEGER,
  maxIncomingPendingConnections: 10_000,
} as const

interface NodeServices extends Record<string, unknown> {
  readonly identify: unknown
  readonly identifyPush: unknown
  readonly lampara: DirectDialService
  readonly pubsub: LazyGossipsub
}

/** What libp2p makes a node of: noise, yamux and mplex, identify, gossipsub, and bounds on all that grows. */
export async function libp2pConfig(parts: NodeDependencies): Promise<Libp2pOptions<NodeServices>> {
  const { platform, options, transports, privateKey, gater, gossipsubConfig } = parts
  const browser = platform.name === 'browser'
  // Every message's id is a hash.
  const loadGossip = async () => (await Promise.all([gossipsubConfig.load(), platform.useFastHasher()]))[0]
  if (!browser) await loadMplex()
  return {
    privateKey,
    nodeInfo: { name: 'lampara', userAgent: `lampara/${VERSION}` },
    addresses: { listen: [...(options.listen ?? [])], announce: [...(options.announce ?? [])] },
    transports: transports.create,
    connectionEncrypters: [noise(platform.noise)],
    // Some beacon nodes speak mplex only. Its own limit on streams closes a connection without a ban and is not counted: ours holds.
    streamMuxers: [
      yamux({ streamOptions: { maxStreamWindowSize: MIB }, maxInboundStreams: MAX_INBOUND_STREAMS }),
      lazyMplex({ disconnectThreshold: Number.MAX_SAFE_INTEGER }),
    ]
      .map(withSafeSend)
      .map(withByteCount(parts.meter.bytes))
      .map((muxer) => withLimits(muxer, parts.budgets)),
    connectionGater: gater.connectionGater,
    connectionManager: {
      // Above our own limits: there libp2p closes whom it likes.
      maxConnections: parts.inbound?.maxConnections ?? options.maxConnections ?? (browser ? 20 : 100),
      ...(parts.inbound && UNLIMITED),
      inboundUpgradeTimeout: parts.inbound === undefined ? UPGRADE_MS : TURN_MS + UPGRADE_MS,
      outboundStreamProtocolNegotiationTimeout: STREAM_NEGOTIATION_MS,
      inboundStreamProtocolNegotiationTimeout: STREAM_NEGOTIATION_MS,
      // The browser's resolver asks public DNS servers over HTTPS: parties that nobody named.
      ...(browser ? { resolvers: {} } : {}),
    },
    // Ethereum's own ping does it, spread out and on our clock.
    connectionMonitor: { enabled: false },
    // A record that expires while its peer is connected leaves a ghost in gossipsub; ours are deleted after disconnecting.
    peerStore: { maxAddressAge: Number.POSITIVE_INFINITY, maxPeerAge: Number.POSITIVE_INFINITY },
    services: {
      ...options.services,
      identify: identify(),
      // Without it, peers never learn of methods that are served later.
      identifyPush: withLimitedPushes(identifyPush({ debounce: 100 }), parts.budgets),
      lampara: directDialService(parts),
      // In a browser the code comes when a topic is first joined; elsewhere it is there already.
      pubsub: lazyGossipsub(loadGossip, { atStart: !browser, clock: options.clock ?? systemClock }),
    },
    logger: options.logger ?? noopLogger,
  }
}

/** Creates the libp2p node, not yet started. */
export async function createLibp2pNode(parts: NodeDependencies) {
  return createLibp2p({ ...(await libp2pConfig(parts)), start: false })
}

/** A libp2p node that a network can work with. */
export type NetworkNode = Awaited<ReturnType<typeof createLibp2pNode>>

/** The node of a network, and what to do with it as the network begins and ends. */
export interface NodeHandle {
  readonly libp2p: NetworkNode
  readonly dependencies: NodeDependencies
  start(): Promise<void>
  release(): Promise<void>
}
