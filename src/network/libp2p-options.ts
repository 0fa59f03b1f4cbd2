import { identify, identifyPush } from '@libp2p/identify'
import type { ConnectionGater, PrivateKey } from '@libp2p/interface'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { GossipRouter } from '../gossip/index.ts'
import type { Platform } from '../platform/platform.ts'
import type { Libp2pTransport } from '../platform/transports.ts'
import { systemClock } from '../streams/clock.ts'
import { dialer } from './dialer.ts'
import { lateGossipsub } from './late-gossipsub.ts'
import { quietLogger } from './quiet-logger.ts'
import { withSafeSend } from './safe-muxer.ts'
import type { NetworkOptions } from './types.ts'

const MIB = 1024 * 1024
const UPGRADE_MS = 5_000
/** Gossipsub opens its streams one after the other: a peer that does not answer keeps all others waiting so long. */
const STREAM_NEGOTIATION_MS = 2_000

// A host may be a household, an office, or a proxy in front of everyone; connecting costs a server 10 ms of one core.
const inboundOf = {
  peer: { inboundConnectionThreshold: 50, maxIncomingPendingConnections: 50 },
  relay: { inboundConnectionThreshold: 100, maxIncomingPendingConnections: 200 },
} as const

/** What a node is made of beside the user's options. */
export interface Libp2pParts {
  readonly platform: Platform
  readonly transports: Libp2pTransport[]
  readonly privateKey: PrivateKey
  readonly connectionGater: ConnectionGater
  readonly router: GossipRouter
  /** Above our own limits: there libp2p closes whom it likes. */
  readonly maxConnections?: number | undefined
}

/** Creates the libp2p node, not yet started: noise, yamux and mplex, identify, gossipsub, and bounds on all that grows. */
export async function createNode(options: NetworkOptions, parts: Libp2pParts) {
  const { platform, transports, privateKey, connectionGater, router } = parts
  const browser = platform.name === 'browser'
  return createLibp2p({
    start: false,
    privateKey,
    nodeInfo: { name: 'lampara', userAgent: 'lampara' },
    addresses: { listen: [...(options.listen ?? [])], announce: [...(options.announce ?? [])] },
    transports,
    connectionEncrypters: [noise()],
    // Some beacon nodes speak mplex only, and greet with more than the five streams a second that it allows.
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: MIB } }), mplex({ disconnectThreshold: 50 })].map(
      withSafeSend,
    ),
    connectionGater,
    connectionManager: {
      maxConnections: parts.maxConnections ?? options.maxConnections ?? (browser ? 20 : 100),
      ...inboundOf[options.role ?? 'peer'],
      inboundUpgradeTimeout: UPGRADE_MS,
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
      identify: identify(),
      // Without it, peers never learn of methods that are served later.
      identifyPush: identifyPush({ debounce: 100 }),
      dialer: dialer(),
      // In a browser the code comes when a topic is first joined; elsewhere it is there already.
      pubsub: lateGossipsub(router.options, { atStart: !browser, clock: options.clock ?? systemClock }),
    },
    logger: quietLogger,
  })
}
