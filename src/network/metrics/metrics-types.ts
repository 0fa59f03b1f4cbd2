import type { LimitCause, PeakCause } from '../../limits/limits.ts'
import type { HistogramSnapshot } from '../../streams/histogram.ts'

/**
 * What a network has done and how it stands, as plain numbers for dashboards: a copy at a moment. Counts begin at zero with the
 * network and only grow, but for those that say "now". No key is a peer's choice: words, codes, and names of topics and methods.
 */
export interface NetworkMetrics {
  readonly peers: PeerMetrics
  /** Attempts to reach an address. */
  readonly dials: {
    readonly attempted: number
    readonly succeeded: number
    /** By reason: `refused`, `timeout`, `unreachable`, `aborted`, `name_not_found`, or the name of the error. */
    readonly failed: Readonly<Record<string, number>>
  }
  /** Bytes of all connections, within encryption. */
  readonly bytes: { readonly received: number; readonly sent: number }
  /** By topic name. */
  readonly gossip: Readonly<Record<string, TopicMetrics>>
  /** By method name: those that we made, and those that peers made. */
  readonly requests: {
    readonly outbound: Readonly<Record<string, MethodMetrics>>
    readonly inbound: Readonly<Record<string, MethodMetrics>>
  }
  /** What a light client on this network has verified, by kind: `signature` of a committee, `committee` as the sum of its keys. */
  readonly verification: Readonly<Record<string, HistogramSnapshot>>
  /**
   * `exceeded` counts the connections that went beyond one of `trafficLimits`, and newcomers that were refused, by cause. `peaks` is
   * the largest share of each limit that one connection, or one address group, has used: 0.2 is a fifth, more than 1 went beyond.
   */
  readonly limits: {
    readonly exceeded: Readonly<Partial<Record<LimitCause, number>>>
    readonly peaks: Readonly<Partial<Record<PeakCause, number>>>
  }
  /** Failures to read or write what persists, and of gossip validators. */
  readonly failures: { readonly storage: number; readonly validator: number }
}

/** Peers of a network. */
export interface PeerMetrics {
  /** Now, each combination that occurs. */
  readonly now: readonly {
    readonly direction: 'inbound' | 'outbound'
    /** `tcp`, `quic`, `websocket`, `webtransport`, `webrtc`, `tunnel`, `relay` or `other`. */
    readonly transport: string
    readonly state: 'connecting' | 'connected' | 'disconnecting'
    readonly count: number
  }[]
  readonly connected: number
  readonly disconnected: number
  readonly banned: number
  readonly discovered: number
}

/** Gossip of one topic. */
export interface TopicMetrics {
  /** Messages that came, by verdict. */
  readonly received: { readonly accept: number; readonly ignore: number; readonly reject: number }
  readonly receivedBytes: number
  /** Messages that we published, and how many peers they were sent to in all. */
  readonly published: number
  readonly recipients: number
  /** Messages with the validator, now. */
  readonly pending: number
  /** Messages that wait in subscriptions that are read, now. */
  readonly queued: number
  /** Messages that full subscriptions dropped. */
  readonly dropped: number
  /** Peers that subscribe to the topic, now. */
  readonly subscribers: number
}

/** Requests of one method. */
export interface MethodMetrics {
  /** By outcome: `complete`, `stopped` by who asked, or the code of the error. */
  readonly outcomes: Readonly<Record<string, number>>
  /** From the request to the end of the answer. */
  readonly durations: HistogramSnapshot
}
