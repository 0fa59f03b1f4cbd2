import type { ComponentLogger, Connection, Stream } from '@libp2p/interface'
import type { Chain, Hex } from '../chain/index.ts'
import type { LamparaError } from '../errors/index.ts'
import type { ColocationScoring, Gossip } from '../gossip/types.ts'
import type { TrafficLimitsOptions } from '../limits/limits.ts'
import type { AddressEntry, ClockSkew } from '../peers/index.ts'
import type { PeerEvent, PeerInfo, PeerPenalty } from '../peers/types.ts'
import type { CandidateSource } from '../platform/candidate-source.ts'
import type { KeyValueStorage } from '../platform/storage.ts'
import type { Libp2pNode, Libp2pService, Libp2pTransport, TransportName } from '../platform/transports.ts'
import type { ReqResp } from '../reqresp/types.ts'
import type { Clock } from '../streams/clock.ts'
import type { JoinSource } from './join/read-documents.ts'
import type { Meter } from './metrics/meter.ts'
import type { NetworkMetrics } from './metrics/metrics-types.ts'

/** Options of `createNetwork()`. */
export interface NetworkOptions {
  readonly chain: Chain
  /**
   * Multiaddrs of Lampara bootnodes, each with `/p2p/…`. A browser needs one, or one of `staticPeers`. They are dialed at start
   * and redialed for as long as the network runs.
   */
  readonly bootnodes?: readonly string[]
  /**
   * The most bootnodes to hold at once, drawn at random, so that the clients of a fleet spread over it. The others are reserves: one
   * is dialed while one of those drawn is missing, and disconnected when that is back.
   *
   * @default 3
   */
  readonly maxBootnodes?: number
  /**
   * Multiaddrs of peers to stay connected to, each with `/p2p/…`: your own beacon nodes, for example. They are redialed with
   * backoff for as long as the network runs.
   */
  readonly staticPeers?: readonly string[]
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
   * Maximum connections. Inbound may exceed it by 10 %; every 30 s the least valuable peers are disconnected until it holds.
   * Bootnodes, static and unconditional peers are not counted.
   *
   * @default 100, in a browser 20
   */
  readonly maxConnections?: number
  /** Maximum inbound connections. @default what `maxConnections` leaves beside `maxOutbound`, at least half of it */
  readonly maxInbound?: number
  /** Maximum outbound connections to discovered peers. @default `targetPeers` */
  readonly maxOutbound?: number
  /**
   * Maximum connections per network group: IPv4 /16, IPv6 /32, last two DNS labels. Private addresses are exempt.
   *
   * @default 3 that we dial; of those that dial us a tenth of `maxInbound`, at least 3, and no limit with the role `relay`
   */
  readonly maxPerSubnet?: number
  /**
   * Limits on what each remote peer can cause: frames, streams, gossip, bytes that wait. A peer beyond one is disconnected, and
   * banned unless it may only be slow. `handshakes` paces those that dial us. See docs/attacks.md.
   *
   * @default `relayLimits` with the role `relay`, otherwise `peerLimits`
   */
  readonly trafficLimits?: TrafficLimitsOptions
  /** Peers exempt from limits and pruning, as peer ids. They are not dialed automatically; see `staticPeers`. @default none */
  readonly unconditionalPeers?: readonly string[]
  /** Peers never advertised to others, as peer ids. @default none */
  readonly privatePeers?: readonly string[]
  /** A `relay` publishes to every subscriber, keeps no mesh, and ignores IP colocation. @default 'peer' */
  readonly role?: 'peer' | 'relay'
  /**
   * Outbound peers to maintain, static ones included; inbound peers do not count. About every 2 min (30 s while some origins
   * have no peer) the least valuable one is rotated out. 0 disables discovery.
   *
   * @default 10, in a browser 8
   */
  readonly targetPeers?: number
  /** Sources of peers to dial, beside the peers that connected peers advertise. */
  readonly peerSources?: readonly CandidateSource[]
  /**
   * Also discovers peers by discv5; Node only. `listen` is a UDP address, `/ip4/0.0.0.0/udp/9000` or with port 0; `bootEnrs`
   * are the boot ENRs.
   *
   * @default false, but `createLightClient()` finds peers by it where nobody is named; `true` listens on a free port of every
   *   interface, and begins with the published bootnodes of the chain
   */
  readonly discv5?: boolean | { readonly listen?: string; readonly bootEnrs?: readonly string[] }
  /**
   * ENRs (`enr:…`) of peers to dial. Those of another chain are skipped, as in `peerSources`; each causes a `dial:failed`
   * event.
   */
  readonly enrs?: readonly string[]
  /**
   * libp2p protocol ids. A discovered peer must support at least one of these, or it is disconnected and not redialed for 24 h.
   *
   * @default any peer of the chain is useful
   */
  readonly requiredProtocols?: readonly string[]
  /** Also redials known peers every 6 h to verify them (for bootnodes). @default false */
  readonly crawl?: boolean
  /**
   * Allows private and loopback addresses learned from discovery. Addresses you configure are always allowed. Without it,
   * discv5 exchanges packets with private addresses only where they are in its `bootEnrs`.
   *
   * @default false
   */
  readonly allowPrivateAddresses?: boolean
  /** Transports to use. @default all that there are where the code runs */
  readonly transports?: TransportOptions
  /**
   * A started libp2p node built from `libp2pOptions()`; not stopped with the network. Peers that fail the Status handshake are
   * disconnected.
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
  /**
   * How gossip scores peers that share an address.
   *
   * @internal
   * @default as `role` has it; peers on this machine do not count
   */
  readonly colocation?: ColocationScoring
  /**
   * The join documents that the options come from.
   *
   * @internal
   */
  readonly joined?: JoinSource
  /** Aborts the start, and stops the network afterwards. */
  readonly signal?: AbortSignal
}

/**
 * Options of `createNetwork()` with a join document instead of a chain: what a bootnode publishes so that its web address is
 * enough. Chain, bootnodes and clock come from it; options that are given win over it.
 *
 * It is trusted for all of these: whoever serves it chooses the chain, unless you pass `chain`, what time it is there, unless you pass
 * `clock`, and through whom you connect. `createLightClient()` says what that means for heads.
 */
export interface JoinNetworkOptions extends Omit<NetworkOptions, 'chain' | 'storage' | 'joined'> {
  /**
   * Addresses of join documents, eight at most: `https://relay.example` stands for
   * `https://relay.example/.well-known/lampara.json`. Of several any that answers serves, and the bootnodes of all that do are
   * used; they must be of one chain.
   *
   * While none of their bootnodes is connected they are read again, first after 1.5 s, then with backoff to 8 s, after
   * five minutes to 60 s, and at once on `check()` and on waking: a bootnode that was restarted or moved is found. The events
   * `join:changed` and `join:failed` report it. With `storage` the documents outlive a restart, for a start while none can be
   * read.
   */
  readonly join: string | readonly string[]
  /** The only chain that counts, whatever the documents say. @default the documents' */
  readonly chain?: Chain
  /** As for `NetworkOptions`, or a function that opens it for the documents' chain: `(chain) => openStorage(chain)`. */
  readonly storage?: KeyValueStorage | ((chain: Chain) => KeyValueStorage | Promise<KeyValueStorage>)
}

/**
 * Forbids transports, or adds some. A peer with several addresses is dialed by the transport that comes first: in Node
 * `quic`, `tcp`, `websocket`; in a browser `websocket`, `webtransport`, `tunnel`; those added come last. What none of them can
 * dial is never tried.
 *
 * `{ only: ['websocket'] }` restricts Node to what a browser can dial.
 */
export interface TransportOptions {
  /** Use no others than these. Names of transports that there are elsewhere are passed over. @default all */
  readonly only?: readonly TransportName[]
  /** Do not use these. @default none */
  readonly except?: readonly TransportName[]
  /** Further transports, as libp2p takes them. Each must make connections of its own address format only. @default none */
  readonly add?: readonly Libp2pTransport[]
}

/** Connection state. */
export type NetworkState = 'connecting' | 'connected' | 'disconnected' | 'stopped'

/** The network's state at a moment. */
export interface NetworkStatus {
  readonly state: NetworkState
  /** Peers whose Status matched ours. */
  readonly peers: number
  /** Why it is not connected. */
  readonly error?: LamparaError
}

/** What happens on the network, as a filterable stream. */
export type NetworkEvent =
  | PeerEvent
  /** A source reported an unknown peer, or new addresses of a known one. */
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
      readonly type: 'bootstrap:completed'
      readonly connected: boolean
      readonly peers: number
      readonly tried: number
    }
  /** The join documents, read again while no bootnode was connected, name other bootnodes than before: these are dialed now. */
  | { readonly type: 'join:changed'; readonly bootnodes: readonly string[] }
  /** The join documents could not be read again. Another attempt follows. With `chain_mismatch` only a new network can go on. */
  | { readonly type: 'join:failed'; readonly error: LamparaError }
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
  /** A light client on this network shows a head that does not follow the one before: these slots' heads, if there are any, were left out. */
  | {
      readonly type: 'gap'
      readonly fromSlot: number
      readonly toSlot: number
      readonly reason: 'asleep' | 'disconnected' | 'catching_up' | 'not_received' | 'not_read'
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
  readonly peers: readonly PeerInfo[]
  /** What it has done and how it stands, as plain numbers; a copy. Making it takes a moment for each peer: a few times a minute is fine. */
  readonly metrics: NetworkMetrics
  /**
   * Counts for `metrics`.
   *
   * @internal
   */
  readonly meter: Meter
  /** Calls back with the current status at once and with each change. @returns how to stop watching */
  watchStatus(callback: (status: NetworkStatus) => void): () => void
  /** Calls back with the ready peers at once and with each change. @returns how to stop watching */
  watchPeers(callback: (peers: readonly PeerInfo[]) => void): () => void
  /**
   * Calls back with each peer that was dialed, at once and as soon as its connection stands, before its Status is known.
   *
   * @internal
   * @returns how to stop watching
   */
  watchConnections(callback: (peerId: string) => void): () => void
  /** All known peers: connected, dialing, and the last 100 disconnected, newest first. For dashboards. */
  allPeers(): readonly PeerInfo[]
  /** Events from now on, of the given types or all; bounded, the oldest dropped. Ends when the network stops. */
  events<Type extends NetworkEvent['type']>(
    types?: readonly Type[],
    options?: { readonly signal?: AbortSignal; readonly maxQueued?: number },
  ): AsyncIterable<Extract<NetworkEvent, { type: Type }>>
  /**
   * Dials an address and resolves when the peer is ready: Status was exchanged and accepted on both sides.
   *
   * @throws LamparaError `address_invalid`, `dial_failed`, `dial_timeout`, `irrelevant_network`; as a request of Status does,
   *   `protocol_unsupported` and `first_byte_timeout` among others; `stopped`; the signal's reason
   */
  connect(address: string, options?: { readonly signal?: AbortSignal }): Promise<PeerInfo>
  /**
   * Sends Goodbye and disconnects; a bootnode or static peer is not redialed until `connect()`.
   *
   * @param reason - a Goodbye code. @default 1 (client shutdown)
   */
  disconnect(peerId: string, reason?: number): Promise<void>
  /**
   * Looks at once, as a "try now" button does: probes every connection, drops those that do not answer within three seconds, and
   * dials bootnodes and static peers without waiting for their back-off. It is done by itself when a page wakes or goes online or
   * offline, when the clock jumps, and when a light client misses its heads.
   *
   * @returns resolves with the status when every connection has answered or was dropped; dials may still be under way
   */
  check(): Promise<NetworkStatus>
  /** Refuses new inbound connections; open ones stay. @internal */
  refuseInbound(): void
  /** Lowers the peer's score. Below the ban threshold the peer is banned and disconnected, with a `peer:banned` event. */
  report(peerId: string, penalty: PeerPenalty, reason: string): void
  /**
   * The independent path by which a peer was found, as an opaque name: two peers with one name may be one operator's. A peer
   * that you configured or connected to is a path by itself; what a bootnode or another peer advertised is on that one's path;
   * other discovered peers are on that of their network group; all that dialed us are on one.
   */
  pathOf(peerId: string): string
  /** Up to `count` random address-book peers matching `accept`; never private ones; empty until discovery starts. */
  samplePeers(count: number, accept?: (peer: AddressEntry) => boolean): readonly AddressEntry[]
  /**
   * This node's signed ENR (EIP-778), with its current fork digest and addresses.
   *
   * @throws LamparaError `enr_invalid` when the addresses do not fit into 300 bytes
   */
  enr(): Promise<string>
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
  /** Sets the chain view sent in Status. A light client does this by itself. */
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
  /** Emits an event to the listeners of `events()`. @internal */
  emit(event: NetworkEvent): void
  /** Sends Goodbye to all peers and closes everything. Idempotent. */
  stop(): Promise<void>
}

/** This node's chain view, as sent in Status. In its genesis form until something is verified. */
export interface LocalStatus {
  readonly finalizedRoot: Uint8Array
  readonly finalizedEpoch: number
  readonly headRoot: Uint8Array
  readonly headSlot: number
  readonly earliestAvailableSlot: number
}
