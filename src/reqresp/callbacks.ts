/** Reports misbehaviour of a peer, for its score. */
export type ReportPenalty = (
  peerId: string,
  penalty: 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance',
  reason: string,
) => void

/** A request that is over, and how long it took. */
export type ReportRequest = (direction: 'inbound' | 'outbound', method: string, outcome: string, ms: number) => void

/** Who answered a request for a method in full: every chunk could be read, and there was one at least. */
export type ReportServed = (peerId: string, method: { readonly name: string }) => void

/** Measured cost of a request to a peer. */
export interface RequestCost {
  /** How long a request would wait here for its turn, in milliseconds; a minute where others are ahead. */
  readonly waitMs: number
  /** How long an answer takes, by those that came; undefined where none did lately. */
  readonly expectedMs?: number
}

/** Chooses the best connected peer that offers one of the protocol ids and is not excluded. */
export type SelectPeer = (
  protocolIds: readonly string[],
  options: { readonly exclude: ReadonlySet<string>; readonly costOf: (peerId: string) => RequestCost },
) => string | undefined
