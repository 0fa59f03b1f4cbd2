/** Table of the address book: `new` for peers not reached yet, `old` for peers reached at least once. */
export type AddressTable = 'new' | 'old'

/** Origin of all peers that were advertised by inbound peers. */
export const INBOUND_ORIGIN = 'strangers'

/** A peer that could be dialed, and how earlier attempts went. Times are unix milliseconds. */
export interface AddressEntry {
  readonly id: string
  /** Multiaddrs, with or without `/p2p/…`. */
  readonly addresses: readonly string[]
  /** The signed node record that it came with, in text form. */
  readonly enr?: string
  /** Network group of the source, as `networkGroupOf()` has it. */
  readonly sourceGroup: string
  /**
   * Discovery origin, inherited from the source peer; without one, the address's network group. Missing in books stored by
   * earlier versions.
   */
  readonly origin?: string
  /** Never advertised to others. */
  readonly private: boolean
  readonly table: AddressTable
  readonly addedAtMs: number
  /** When it was last heard of or met. */
  readonly seenAtMs: number
  readonly attemptedAtMs?: number
  readonly succeededAtMs?: number
  /** Failed dials since it was last reached. */
  readonly failures: number
  /** Earliest time of the next dial. */
  readonly notBeforeMs?: number
}

/** What a source reports about a peer. */
export interface Address {
  readonly id: string
  readonly addresses: readonly string[]
  readonly enr?: string
  readonly private?: boolean
}
