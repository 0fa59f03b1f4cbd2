/** A peer that may be worth dialing, as a source tells of it. */
export interface Candidate {
  readonly peerId: string
  /** Multiaddrs, the best first, with or without `/p2p/…`. */
  readonly addresses: readonly string[]
  /** The signed node record that vouches for it, in text form (EIP-778). */
  readonly enr?: string
  /** Address of the peer that told of it, where the source asks peers: who tells much takes no larger share. */
  readonly toldBy?: string
}

/**
 * Where peers are found: a list, discv5, other peers. Pulling is the demand: a source does no more work than for the next
 * candidate that is asked for.
 */
export interface CandidateSource {
  /** For people and metrics: `discv5`. */
  readonly name: string
  /**
   * Candidates, one after the other. Completes when there are no more for now: it may be asked again later. `break` and abort
   * end whatever is under way for it.
   */
  candidates(options: { readonly signal: AbortSignal }): AsyncIterable<Candidate>
}
