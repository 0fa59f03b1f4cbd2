/** Bounds on one scope: a client, a network that clients come from, or all together. */
export interface ScopeLimits {
  /** Live tunnels, those that are being dialed included. */
  readonly live: number
  /** Requests at once, and how many a minute on average. */
  readonly dialBurst: number
  readonly dialsPerMinute: number
  /** Bytes at once, and how many a second on average, both directions together. */
  readonly burstBytes: number
  readonly bytesPerSecond: number
  /** Bytes a day on average, both directions together; as many can be saved up. */
  readonly bytesPerDay: number
}

/** Bounds for each target, by its peer id and by its host and port. */
export interface TargetLimits {
  readonly live: number
  readonly dialEveryMs: number
  /**
   * Clients' identities that tunnels may bring to a target within `identitiesMs`. A beacon node counts every identity of an address
   * against all of them, those that are gone for another 100 epochs (gossipsub v1.1, P6; docs/tunnel.md).
   *
   * @default 5
   */
  readonly identities?: number
  /** How long an identity counts after its last tunnel. @default 100 epochs of the chain; of mainnet's without one */
  readonly identitiesMs?: number
}

/** Bounds on a gateway. Times are in milliseconds; Infinity is no bound. */
export interface GatewayLimits {
  /** For each peer id. */
  readonly client: ScopeLimits
  /** For each public IPv4 address or IPv6 /64 that clients come from. */
  readonly network: ScopeLimits
  readonly all: ScopeLimits
  /** Dials under way. */
  readonly dialing: number
  readonly target: TargetLimits
  /** Until the request is whole. */
  readonly requestMs: number
  /** Until the target is connected, its name looked up. */
  readonly connectMs: number
  /** Until the target's first byte. */
  readonly firstByteMs: number
  /** Without a byte in either direction. */
  readonly idleMs: number
  /** In all. */
  readonly lifetimeMs: number
}

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const SECOND = 1000

/** What a gateway allows unless told otherwise (docs/tunnel.md, "The gateway's rules"). */
export const defaultGatewayLimits: GatewayLimits = {
  client: {
    live: 8,
    dialBurst: 16,
    dialsPerMinute: 20,
    burstBytes: 8 * MIB,
    bytesPerSecond: MIB,
    bytesPerDay: GIB,
  },
  network: {
    live: 64,
    dialBurst: 128,
    dialsPerMinute: 160,
    burstBytes: 32 * MIB,
    bytesPerSecond: 8 * MIB,
    bytesPerDay: 8 * GIB,
  },
  all: {
    live: 1000,
    dialBurst: 256,
    dialsPerMinute: 600,
    burstBytes: 64 * MIB,
    bytesPerSecond: 32 * MIB,
    bytesPerDay: 256 * GIB,
  },
  dialing: 64,
  target: { live: 2, dialEveryMs: 5 * SECOND, identities: 5, identitiesMs: 100 * 32 * 12 * SECOND },
  requestMs: 5 * SECOND,
  connectMs: 5 * SECOND,
  firstByteMs: 10 * SECOND,
  idleMs: 60 * SECOND,
  lifetimeMs: 3600 * SECOND,
}
