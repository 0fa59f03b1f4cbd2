/** A peer that may be worth dialing, as a source reports it. */
export interface Candidate {
  readonly peerId: string
  /** Multiaddrs, the best first, with or without `/p2p/…`. */
  readonly addresses: readonly string[]
  /** The signed node record that vouches for it, in text form (EIP-778). */
  readonly enr?: string
  /** Address of the peer that reported it, where the source asks peers: who tells much takes no larger share. */
  readonly sourceAddress?: string
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
  /**
   * Where the source asks connected peers: whom this one reports, even while there are candidates enough. Completes when there
   * is nobody, or the peer does not answer such questions, or was asked of late.
   */
  candidatesOf?(peerId: string, options: { readonly signal: AbortSignal }): AsyncIterable<Candidate>
}

/** What a platform needs to take part in discv5. */
export interface Discv5Options {
  /** Name of the chain: whose published bootnodes to begin with where `bootstrap` is not given. */
  readonly chainName: string
  /** secp256k1 private key of the node, 32 bytes: the same as its libp2p identity. */
  readonly privateKey: Uint8Array
  /** Our own signed record, in text form; the UDP port is added to it. */
  readonly record: string
  /** UDP multiaddr to listen on; port 0 takes a free one. @default `/ip4/0.0.0.0/udp/0` */
  readonly listen?: string | undefined
  /** Records to begin with. */
  readonly bootEnrs?: readonly string[] | undefined
  /** Records known from earlier: they stand in for a stored routing table. */
  readonly known: readonly string[]
  /** True for an address (`/ip4/…/udp/…`) with which packets may be exchanged: records name whatever their signers like. */
  mayContact(address: string): boolean
  /** Makes a candidate of a record; undefined for one that is not useful. */
  read(record: string): Candidate | undefined
}

/** A node of the discv5 network. */
export interface Discv5Node {
  readonly source: CandidateSource
  /** Our own record as it stands: others tell us how they see our address. */
  readonly record: string
  /** Gives keys of our own record other values, and signs it again; nothing happens where it has them. */
  setPairs(pairs: readonly (readonly [string, Uint8Array])[]): void
  stop(): Promise<void>
}
