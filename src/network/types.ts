import type { ComponentLogger, Connection, Stream } from '@libp2p/interface'
import type { Chain, Hex } from '../chain/index.ts'
import type { LamparaError } from '../errors/index.ts'
import type { Gossip } from '../gossip/types.ts'
import type { TrafficLimitsOptions } from '../limits/limits.ts'
import type { AddressEntry, ClockSkew } from '../peers/index.ts'
import type { Offence, PeerEvent, PeerView } from '../peers/types.ts'
import type { CandidateSource } from '../platform/candidate-source.ts'
import type { KeyValueStorage } from '../platform/storage.ts'
import type { Libp2pNode, Libp2pService, Libp2pTransport, TransportName } from '../platform/transports.ts'
import type { ReqResp } from '../reqresp/types.ts'
import type { Clock } from '../streams/clock.ts'
import type { Meter } from './meter.ts'
import type { NetworkMetrics } from './metrics-types.ts'

/** Options of `createNetwork()`. */
export interface NetworkOptions {
  readonly chain: Chain
  /** Multiaddrs of bootnodes, each with `/p2p/…`. A browser needs one, or one of `peers`. They are dialed at start and kept for as long as the network lives. */
  readonly bootnodes?: readonly string[]
  /**
   * The most bootnodes to hold at once, drawn at random, so that the clients of a fleet spread over it. The others are reserves: one
   * is dialed while one of those drawn is missing, and disconnected when that is back.
   *
   * @default 3
   */
  readonly maxBootnodes?: number
  /** Multiaddrs of further peers to keep: an operator's own beacon nodes, say. */
  readonly peers?: readonly string[]
  /** Multiaddrs to listen on; Node only. @default none */
  readonly listen?: readonly string[]
  /** Multiaddrs to announce instead of those listened on. */
  readonly announce?: readonly string[]
  /**
   * Where the address book, bans, a light client's verified head, and in Node the identity persist: `openStorage()`, or one of
   * your own. It is not closed with the network. Without it they live as long as the network.
   */
  readonly storage?: KeyValueStorage
  /** secp256k1 private key, 32 bytes; wins over the stored one. */
  readonly privateKey?: Uint8Array
  readonly clock?: Clock
  /**
   * Takes log lines, by libp2p's interface: those of libp2p's own components, and ours under `lampara:network` and
   * `lampara:light-client`. `defaultLogger()` of `@libp2p/logger` serves, or any object with `forComponent(name)`.
   * Each connection has about ten loggers of its own: a logger costs memory on a node with many peers.
   *
   * @default silent
   */
  readonly logger?: ComponentLogger
  /**
   * The most connections. Where peers can dial us a tenth more are let in, and the least useful are parted from every half
   * minute: later ones have their chance. Bootnodes, named and unconditional peers come on top.
   *
   * @default 100, in a browser 20
   */
  readonly maxConnections?: number
  /** Of them, the most peers that dialed us. @default what `maxConnections` leaves beside `maxOutbound`, at least half of it */
  readonly maxInbound?: number
  /** Of them, the most peers that we recruit. @default `targetPeers` */
  readonly maxOutbound?: number
  /**
   * The most connections to and from one part of the network: IPv4 /16, IPv6 /32, the last two labels of a name. Private
   * addresses do not count.
   *
   * @default 3 that we dial; of those that dial us a tenth of `maxInbound`, at least 3, and no limit with the role `relay`
   */
  readonly maxPerGroup?: number
  /**
   * Limits on what each remote peer can cause: frames, streams, gossip, bytes that wait. A peer beyond one is disconnected, and
   * banned unless it may only be slow. See docs/attacks.md.
   *
   * @default `relayLimits` with the role `relay`, otherwise `peerLimits`
   */
  readonly trafficLimits?: TrafficLimitsOptions
  /** Peer ids that no limit holds for, and that are not parted from to make room. They are not dialed for it: see `peers`. @default none */
  readonly unconditionalPeers?: readonly string[]
  /** Peer ids that others are never told of. @default none */
  readonly privatePeers?: readonly string[]
  /**
   * How the node treats peers that only listen to it: a `relay` publishes to all of them, keeps no mesh, and is not put off
   * by many at one address.
   *
   * @default 'peer'
   */
  readonly role?: 'peer' | 'relay'
  /**
   * Peers to hold, the named ones included: what lacks is recruited. Strangers that dial us come on top: they take no place of
   * those that we choose. With all of them, the least useful is replaced every two minutes or so, and up to four times as often
   * where candidates are known in more ways than there are places. 0 recruits nobody.
   *
   * @default 10, in a browser 8
   */
  readonly targetPeers?: number
  /** Where to find peers, beside those that connected peers tell of. */
  readonly sources?: readonly CandidateSource[]
  /**
   * Find peers by discv5, too; Node only. `listen` is a UDP address, `/ip4/0.0.0.0/udp/9000` or with port 0; `bootstrap` are
   * node records to begin with.
   *
   * @default false, but `createLightClient()` finds peers by it where nobody is named; `true` listens on a free port of every
   *   interface, and begins with the published bootnodes of the chain
   */
  readonly discv5?: boolean | { readonly listen?: string; readonly bootstrap?: readonly string[] }
  /** Node records (`enr:…`) of peers that may be dialed. One of another chain is not, nor are those of `sources`: `dial:failed` tells. */
  readonly records?: readonly string[]
  /**
   * libp2p protocol ids of which a recruited peer must offer one: others are left at once, and left alone for a day.
   *
   * @default any peer of the chain is of use
   */
  readonly wantedProtocols?: readonly string[]
  /**
   * Visit the peers of the address book beyond those that are held, each anew after six hours: for a seed, which tells others
   * of peers that it has reached. @default false
   */
  readonly crawl?: boolean
  /**
   * Dial private and loopback addresses that were not named here but learnt, and exchange packets of discv5 with them. Without it
   * discv5 speaks with no private address but those of the records in its `bootstrap`, and answers none either.
   *
   * @default false
   */
  readonly allowPrivateAddresses?: boolean
  /** Which transports to use. @default all that there are where the code runs */
  readonly transports?: TransportOptions
  /**
   * A running libp2p node to work with, made of `libp2pOptions()`, which says what it must have. It is not stopped with the
   * network. Its connections are the network's: who does not answer Status is disconnected.
   *
   * @default a node of its own
   */
  readonly libp2p?: Libp2pNode
  /**
   * Further services of the libp2p node.
   *
   * @internal
   */
  readonly services?: Readonly<Record<string, Libp2pService>>
  /** Aborts the start, and stops the network afterwards. */
  readonly signal?: AbortSignal
}

/**
 * Forbids transports, or adds some. A peer with several addresses is dialed by the transport that comes first: in Node
 * `quic`, `tcp`, `websocket`; in a browser `websocket`, `webtransport`, `tunnel`; those added come last. What none of them can
 * dial is never tried.
 *
 * `{ only: ['websocket'] }` makes Node as deaf as a browser.
 */
export interface TransportOptions {
  /** Use no others than these. Names of transports that there are elsewhere are passed over. @default all */
  readonly only?: readonly TransportName[]
  /** Do not use these. @default none */
  readonly except?: readonly TransportName[]
  /** Further transports, as libp2p takes them. Each must make connections of its own address format only. @default none */
  readonly add?: readonly Libp2pTransport[]
}

/** Whether anything can be heard at all. */
export type NetworkState = 'connecting' | 'connected' | 'disconnected' | 'stopped'

/** The network's state at a moment. */
export interface NetworkStatus {
  readonly state: NetworkState
  /** Peers whose Status matched ours. */
  readonly peers: number
  /** Why it is not connected, when it is not. */
  readonly error?: LamparaError
}

/** What happens on the network, as a filterable stream. */
export type NetworkEvent =
  | PeerEvent
  /** A source told of a peer that was not known, or of new addresses of one. */
  | {
      readonly type: 'peer:discovered'
      readonly peerId: string
      readonly addresses: readonly string[]
      readonly source: string
    }
  /**
   * Half a minute after the start, once: whether any peer has counted by now, how many do, and how many different ones were
   * dialed. Where none was, most likely nobody can be reached from here.
   */
  | {
      readonly type: 'bootstrap:result'
      readonly connected: boolean
      readonly peers: number
      readonly tried: number
    }
  /** What is persisted could not be read, or not be written. All goes on without. */
  | { readonly type: 'storage:failed'; readonly error: LamparaError }
  /**
   * A light client on this network verified two headers that exclude each other, both signed by two thirds of the sync
   * committee: it stays with the known one. Each with the peer ids that sent it.
   */
  | {
      readonly type: 'conflict'
      readonly kind: 'optimistic' | 'finalized'
      readonly known: { readonly slot: number; readonly root: Hex; readonly senders: readonly string[] }
      readonly other: { readonly slot: number; readonly root: Hex; readonly senders: readonly string[] }
    }
  /** A gossip validator threw, was late, or gave no verdict: the message counts as ignored. */
  | { readonly type: 'validator:failed'; readonly topic: string; readonly error: LamparaError }

/** A running node on the beacon chain's peer-to-peer network. Made by `createNetwork()`. */
export interface Network {
  readonly chain: Chain
  readonly clock: Clock
  /** Own peer id. */
  readonly peerId: string
  /** Own addresses, each with `/p2p/…`. */
  readonly addresses: readonly string[]
  readonly gossip: Gossip
  readonly reqresp: ReqResp
  /**
   * What it was given to log to.
   *
   * @internal
   */
  readonly logger?: ComponentLogger | undefined
  /** What it was given to persist things in. */
  readonly storage?: KeyValueStorage | undefined
  readonly status: NetworkStatus
  /** Peers whose Status matched ours, at this moment. */
  readonly peers: readonly PeerView[]
  /** What it has done and how it stands, as plain numbers; a copy. Making it takes a moment for each peer: a few times a minute is fine. */
  readonly metrics: NetworkMetrics
  /**
   * Counts for `metrics`.
   *
   * @internal
   */
  readonly meter: Meter
  /** Calls back with the present status at once and with each change. @returns how to stop watching */
  watchStatus(callback: (status: NetworkStatus) => void): () => void
  /** Calls back with the present peers at once and with each change. @returns how to stop watching */
  watchPeers(callback: (peers: readonly PeerView[]) => void): () => void
  /**
   * Every peer that we have to do with, for dashboards: those connected in whatever state, those being dialed, and the hundred
   * that left last, the latest first, with why. Each once, as it is now.
   */
  everyPeer(): readonly PeerView[]
  /** Events from now on, of the given types or all; bounded, the oldest dropped. Ends when the network stops. */
  events<Type extends NetworkEvent['type']>(
    types?: readonly Type[],
    options?: { readonly signal?: AbortSignal; readonly maxQueued?: number },
  ): AsyncIterable<Extract<NetworkEvent, { type: Type }>>
  /**
   * Dials an address and resolves when the peer counts: both Statuses exchanged and matching.
   *
   * @throws LamparaError `address_invalid`, `dial_failed`, `dial_timeout`, `irrelevant_network`; as a request of Status does,
   *   `protocol_unsupported` and `first_byte_timeout` among others; `stopped`; the signal's reason
   */
  connect(address: string, options?: { readonly signal?: AbortSignal }): Promise<PeerView>
  /**
   * Says goodbye and closes. A bootnode or a peer to keep is let go of, too: it is not dialed again until `connect()`.
   *
   * @param reason - a Goodbye code. @default 1 (client shutdown)
   */
  disconnect(peerId: string, reason?: number): Promise<void>
  /**
   * Looks at once, as a "try now" button does: probes every connection, drops those that do not answer within three seconds, and
   * dials bootnodes and named peers without waiting for their back-off. It is done by itself when a page wakes or goes online or
   * offline, when the clock jumps, and when a light client misses its heads.
   *
   * @returns resolves with the status when every connection has answered or was dropped; dials may still be under way
   */
  check(): Promise<NetworkStatus>
  /**
   * Refuses all inbound connections from now on; those that are open stay.
   *
   * @internal
   */
  refuseInbound(): void
  /** Lowers a peer's score for what it did; below the limit it is banned, disconnected, and `peer:banned` tells. */
  report(peerId: string, offence: Offence, reason: string): void
  /**
   * The independent path by which a peer was found, as an opaque name: two peers with one name may be one operator's. A peer
   * that you configured or connected to is a path by itself; what a bootnode or another peer advertised is on that one's path;
   * other discovered peers are on that of their network group; all that dialed us are on one.
   */
  pathOf(peerId: string): string
  /**
   * Peers of the address book, drawn at random, each once, at most so many of those that the condition holds for: none that
   * are private. None before recruiting has begun.
   */
  drawPeers(count: number, accept?: (peer: AddressEntry) => boolean): readonly AddressEntry[]
  /**
   * Our own signed node record (EIP-778), `enr:…`: fork digest and addresses as they stand.
   *
   * @throws LamparaError `enr_invalid` when the addresses do not fit into 300 bytes
   */
  record(): Promise<string>
  /**
   * How far this machine's clock seems to be from what most independent peers have: when half of them, and at least two where
   * two were heard, are ahead or behind alike. Known to about a slot. Undefined while they do not differ. `clockSkewError()` has it
   * in words.
   */
  clockSkew(): ClockSkew | undefined
  /**
   * Takes note of the slot of a head that a peer sent, by gossip or by request, as it arrives: evidence for `clockSkew()`. Need not
   * be verified: no single peer decides.
   *
   * @internal
   */
  noteHead(peerId: string, slot: number): void
  /** What Status tells peers of our chain view; the light client keeps it current. */
  setStatus(status: LocalStatus): void
  /**
   * Serves streams of a protocol of its own, beside requests and gossip.
   *
   * @internal
   * @param handler - called in the turn in which a stream is handed over: it must listen to it at once
   * @param options.maxStreams - for each connection; what is beyond is reset
   * @returns how to stop, which leaves open streams alone
   */
  handleStreams(
    protocolId: string,
    handler: (stream: Stream, connection: Connection) => void,
    options: { readonly maxStreams: number },
  ): Promise<() => Promise<void>>
  /**
   * Tells whoever listens to `events()`.
   *
   * @internal
   */
  emit(event: NetworkEvent): void
  /** Says goodbye to all, closes everything. Idempotent. */
  stop(): Promise<void>
}

/** Our own chain view, as Status carries it. Genesis form until something is verified. */
export interface LocalStatus {
  readonly finalizedRoot: Uint8Array
  readonly finalizedEpoch: number
  readonly headRoot: Uint8Array
  readonly headSlot: number
  readonly earliestAvailableSlot: number
}
