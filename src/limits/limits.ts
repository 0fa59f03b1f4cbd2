/** What a remote peer can cause often. Each has a rate for each connection. */
export type RateCause =
  | 'frames'
  | 'pings'
  | 'streams'
  | 'gossip_rpcs'
  | 'gossip_messages'
  | 'gossip_controls'
  | 'gossip_malformed'
  | 'identify_pushes'

/** What a remote peer can make us hold in memory. Each has a bound for each connection, and one for all together. */
export type LevelCause = 'unsent_bytes' | 'unread_bytes'

/**
 * What happens to newcomers: `handshakes` beyond what their address group may begin, handshakes that failed or had too many bytes,
 * newcomers for whom there was no seat, and peers that gave their seat to a newcomer.
 */
export type InboundCause = 'handshakes' | 'handshake_bytes' | 'handshake_failed' | 'seats_taken' | 'seat_reassigned'

/** Why a connection ended or was refused. Counters go by these. */
export type LimitCause = RateCause | LevelCause | InboundCause

/** What the largest share is known of. */
export type PeakCause = RateCause | LevelCause | 'handshakes'

/** A token bucket: `burst` at once, `perSecond` in the long run. */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/** How fast newcomers are let in. They wait for their turn, address group by address group, rather than being refused at once. */
export interface HandshakeLimits {
  /** Handshakes of one address group. Offences of its members lower the rate. */
  readonly perGroup: RateLimit
  /** Handshakes of all together. */
  readonly total: RateLimit
  /** Newcomers that wait for their turn. */
  readonly waiting: number
}

/** A bound in bytes. */
export interface LevelLimit {
  readonly perConnection: number
  readonly total: number
}

/** Limits on what remote peers can cause. A peer beyond one of them is disconnected and its score lowered. */
export interface TrafficLimits {
  /**
   * By connection. `frames` are frames of yamux and mplex that carry little or no data, `pings` those of yamux, `streams` streams
   * that the peer opens, `gossip_rpcs` gossipsub RPCs, `gossip_messages` the messages in them, `gossip_controls` their
   * subscriptions and control messages, `gossip_malformed` RPCs that cannot be decoded and messages of unknown topics, `identify_pushes` pushes of identify.
   */
  readonly rates: Readonly<Record<RateCause, RateLimit>>
  /** `unsent_bytes` wait because the peer does not read; `unread_bytes` wait for the rest of a frame, or for anyone who reads them here. */
  readonly levels: Readonly<Record<LevelCause, LevelLimit>>
  /** Handshakes of those that dial us. */
  readonly handshakes: HandshakeLimits
  /** Ids that gossipsub remembers as seen; the oldest are forgotten beyond. */
  readonly seenMessages: number
  /** Messages in one gossipsub RPC; one with more is malformed. */
  readonly messagesPerRpc: number
}

const KIB = 1024
const MIB = 1024 * KIB

/** Limits on the clients of a bootnode, which listen much and say little. */
export const relayLimits: TrafficLimits = {
  rates: {
    frames: { burst: 4_000, perSecond: 400 },
    pings: { burst: 20, perSecond: 1 },
    streams: { burst: 200, perSecond: 20 },
    gossip_rpcs: { burst: 200, perSecond: 20 },
    gossip_messages: { burst: 100, perSecond: 10 },
    gossip_controls: { burst: 600, perSecond: 60 },
    gossip_malformed: { burst: 4, perSecond: 0.1 },
    identify_pushes: { burst: 20, perSecond: 0.5 },
  },
  levels: {
    unsent_bytes: { perConnection: 4 * MIB, total: 64 * MIB },
    unread_bytes: { perConnection: MIB, total: 48 * MIB },
  },
  handshakes: {
    // More than five times as many as the pages of an office that all come at once.
    perGroup: { burst: 1_200, perSecond: 20 },
    // A handshake costs a few milliseconds of one core.
    total: { burst: 20, perSecond: 100 },
    waiting: 2_000,
  },
  seenMessages: 10_000,
  messagesPerRpc: 32,
}

/** Limits on the peers of any other node: beacon nodes, and bootnodes, which a page may have named by mistake. */
export const peerLimits: TrafficLimits = {
  rates: {
    frames: { burst: 8_000, perSecond: 2_000 },
    pings: { burst: 40, perSecond: 2 },
    streams: { burst: 3_000, perSecond: 300 },
    gossip_rpcs: { burst: 5_000, perSecond: 1_000 },
    gossip_messages: { burst: 5_000, perSecond: 1_000 },
    gossip_controls: { burst: 5_000, perSecond: 1_000 },
    gossip_malformed: { burst: 4, perSecond: 0.1 },
    identify_pushes: { burst: 20, perSecond: 0.5 },
  },
  levels: {
    unsent_bytes: { perConnection: 16 * MIB, total: 128 * MIB },
    unread_bytes: { perConnection: 16 * MIB, total: 128 * MIB },
  },
  handshakes: {
    perGroup: { burst: 200, perSecond: 10 },
    total: { burst: 20, perSecond: 50 },
    waiting: 200,
  },
  seenMessages: 100_000,
  messagesPerRpc: 512,
}

/** Limits other than the default ones: each rate, each level and each other bound as a whole. */
export interface TrafficLimitsOptions extends Partial<Pick<TrafficLimits, 'seenMessages' | 'messagesPerRpc'>> {
  readonly rates?: Partial<TrafficLimits['rates']>
  readonly levels?: Partial<TrafficLimits['levels']>
  readonly handshakes?: Partial<HandshakeLimits>
}

/** Puts others in place of some limits. */
export function mergeLimits(limits: TrafficLimits, options: TrafficLimitsOptions = {}): TrafficLimits {
  return {
    ...limits,
    ...options,
    rates: { ...limits.rates, ...options.rates },
    levels: { ...limits.levels, ...options.levels },
    handshakes: { ...limits.handshakes, ...options.handshakes },
  }
}
