import type { Chain, Hex } from '../chain/index.ts'
import type { LamparaError } from '../errors/index.ts'
import type { Checkpoint, LightClient } from '../light-client/types.ts'
import type { Network, NetworkOptions } from '../network/types.ts'
import type { CandidateSource } from '../platform/candidate-source.ts'
import type { Clock } from '../streams/clock.ts'
import type { RelayCounts, RelayLimits } from './circuit-relay.ts'
import type { GatewayLimits } from './gateway/limits.ts'
import type { GatewayMetrics } from './gateway/metrics.ts'
import type { MetricsOptions } from './metrics/serve-metrics.ts'
import type { CertificateFiles } from './tls/read-certificate.ts'

/** Options of `createBootnode()`. */
export interface BootnodeOptions {
  readonly chain: Chain
  /**
   * Multiaddrs of beacon nodes to follow, each with `/p2p/…`: they are kept. With none, and neither `enrs` nor `peerSources`,
   * beacon nodes are found by discv5.
   *
   * @default none
   */
  readonly upstream?: readonly string[]
  /** Where the bootnode's own trust starts. */
  readonly checkpoint: Checkpoint
  /**
   * Multiaddrs to listen on for browsers and Node. Those with `/tls/ws` need `tls`, those with `/webrtc-direct` (UDP) the package
   * `@libp2p/webrtc`.
   *
   * @default ['/ip4/127.0.0.1/tcp/0/ws'], or `/tls/ws` with `tls`
   */
  readonly listen?: readonly string[]
  /** Multiaddrs to announce instead of those listened on: behind a proxy that ends TLS, say. */
  readonly announce?: readonly string[]
  /**
   * Files with a certificate and its key, as PEM: listen addresses with `/tls/ws` use it, and the join document is served over
   * HTTPS. The files are read again every ten seconds; new connections see the new certificate, and one that cannot be used
   * leaves the old one in use. Without it, TLS is for a proxy in front.
   */
  readonly tls?: CertificateFiles
  /** Where the join document is served. @default 127.0.0.1, a free port */
  readonly http?: { readonly host?: string; readonly port?: number }
  /**
   * URLs of the join documents of other bootnodes of a fleet. Each is asked every half minute, and its addresses stand in our own
   * document after ours while it answers, so that a client is given several. Over plain HTTP a name with several addresses stands
   * for a bootnode at each, ourselves excepted.
   *
   * @default none
   */
  readonly joinPeers?: readonly string[]
  /**
   * Where to serve `/metrics` in Prometheus text format, a listener of its own (docs/bootnode.md). Names and labels are bounded; no
   * peer id is among them.
   *
   * @default nowhere
   */
  readonly metrics?: MetricsOptions
  /** Where both identities persist, and the certificate of `/webrtc-direct` addresses. Without it they live as long as the process. */
  readonly dataDirectory?: string
  /** Node records (`enr:…`) of further beacon nodes and bootnodes: they are dialed, and once reached told to clients that ask. */
  readonly enrs?: readonly string[]
  /** Where to find further beacon nodes: a `bootstrapList()`, say. @default none */
  readonly peerSources?: readonly CandidateSource[]
  /**
   * Find beacon nodes by discv5, too: `listen` is a UDP address, `bootstrap` are node records to begin with.
   *
   * @default true where nobody is named, from the chain's published bootnodes on and on a free port; otherwise false
   */
  readonly discv5?: NetworkOptions['discv5']
  /** Also dial and report private and loopback addresses, and speak discv5 with them, as on a devnet. @default false */
  readonly allowPrivateAddresses?: boolean
  /**
   * Open tunnels to beacon nodes for clients, which then speak with those themselves (docs/tunnel.md): to nodes that the
   * bootnode reached, and to those named here. Private addresses only with `allowPrivateAddresses`.
   *
   * @default true, with `defaultGatewayLimits`
   */
  readonly tunnel?: boolean | BootnodeTunnelOptions
  /**
   * Relay clients to each other, by libp2p's circuit relay v2, so that pages can agree on WebRTC connections of their own: little
   * and not for long, with `defaultRelayLimits`, or others in place of some. It needs the package `@libp2p/circuit-relay-v2`.
   *
   * @default false
   */
  readonly relay?: boolean | Partial<RelayLimits>
  readonly clock?: Clock
  /** Takes log lines of both of its nodes, as `NetworkOptions.logger`. @default silent */
  readonly logger?: NetworkOptions['logger']
  /** Told in the join document, for chains under a clock of their own. @default 0 */
  readonly clockOffsetMs?: number
  /** @default the chain's */
  readonly maxCheckpointAgeMs?: number
  /** The most clients at once. @default 2500 */
  readonly maxClients?: number
  /**
   * True where all clients come through a proxy, which says whose each connection is by `X-Forwarded-For`. Without, they count as
   * clients of one address, and one that misbehaves slows down those that come after it.
   *
   * @default false
   */
  readonly behindProxy?: boolean
  /** Aborts the start, and stops the bootnode afterwards. */
  readonly signal?: AbortSignal
}

/** How a bootnode opens tunnels. */
export interface BootnodeTunnelOptions {
  /** TCP multiaddrs, each with `/p2p/…`, to which tunnels lead beside the nodes that were reached. @default none */
  readonly targets?: readonly string[]
  /**
   * With fewer upstream peers than these, no tunnel leads to one of them unless it is among `targets`: beacon nodes count every
   * identity that comes from an address, and stop gossip to all of them when there are many. 0 spares none.
   *
   * @default 4
   */
  readonly minUpstreamPeers?: number
  /** Bounds other than the default ones, each group as a whole. */
  readonly limits?: Partial<GatewayLimits>
}

/** The certificate that a bootnode shows. */
export interface BootnodeCertificate {
  /** When it ends, in Unix milliseconds. */
  readonly validUntilMs: number
  /** Why what its files hold now is not in use: `file_unreadable`, or `invalid_argument` for what is no pair of certificate and key. */
  readonly error?: LamparaError
}

/** What the bootnode has done so far. */
export interface BootnodeCounts {
  /** Verified messages published to clients, and how many recipients they had in all. */
  readonly relayed: number
  readonly recipients: number
  /** Publications that failed. */
  readonly failed: number
}

/** A running bootnode. */
export interface Bootnode {
  readonly chain: Chain
  /** Where clients connect, each with `/p2p/…`. */
  readonly addresses: readonly string[]
  /** Base URL of the HTTP side; the join document is at `/.well-known/lampara.json`. */
  readonly url: string
  /** Where metrics are served; undefined where they are not. */
  readonly metricsUrl: string | undefined
  /** The node that meets the beacon chain's network, and what it verified. */
  readonly client: LightClient
  /** The node that clients meet. */
  readonly downstream: Network
  readonly counts: BootnodeCounts
  /** What its gateway has done so far; undefined where it opens no tunnels. */
  readonly tunnelCounts: GatewayMetrics | undefined
  /** What its relay has done so far; undefined where it is none. */
  readonly relayCounts: RelayCounts | undefined
  /** The certificate that it shows; undefined without `tls`. */
  readonly certificate: BootnodeCertificate | undefined
  /** Calls back with the certificate at once, and when another is in use or one cannot be. @returns how to stop watching */
  watchCertificate(callback: (certificate: BootnodeCertificate) => void): () => void
  /** The newest finalized block root that clients can bootstrap from here; undefined until there is one. */
  checkpoint(): Hex | undefined
  /**
   * Resolves with that root once clients can be served: the bootnode follows the chain, and has a bootstrap for them.
   *
   * @throws LamparaError as `LightClient.ready()`; the signal's reason
   */
  ready(options?: { readonly signal?: AbortSignal }): Promise<Hex>
  /** Reads the files of `tls` now, rather than within ten seconds. Never rejects: `watchCertificate()` tells what came of it. */
  reloadCertificate(): Promise<void>
  /** Multiaddrs of the bootnodes of `joinPeers` that answered lately. */
  readonly siblings: readonly string[]
  /** Calls back when some of `joinPeers` do not answer, with why. @returns how to stop watching */
  watchSiblingTrouble(callback: (trouble: string) => void): () => void
  /** True from `drain()` on. */
  readonly draining: boolean
  /**
   * Prepares the end: `/ready` answers 503, the join document lists siblings alone, no new client is taken, and those that are there
   * get a Goodbye, spread over a window. Resolves when none is left; call `stop()` then.
   *
   * @param options.windowMs - in milliseconds. @default 0: all at once
   * @param options.signal - ends the window: the rest of the clients go at once
   */
  drain(options?: { readonly windowMs?: number; readonly signal?: AbortSignal }): Promise<void>
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}
