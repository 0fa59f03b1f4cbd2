/** How an entry stands: only heard of, or reached at least once since it was. */
export type Place = 'new' | 'old'

/** The lineage of those that were told of by peers that dialed us. */
export const STRANGERS = 'strangers'

/** A peer that could be dialed, and how earlier attempts went. Times are unix milliseconds. */
export interface AddressEntry {
  readonly id: string
  /** Multiaddrs, with or without `/p2p/…`. */
  readonly addresses: readonly string[]
  /** The signed node record that it came with, in text form. */
  readonly enr?: string
  /** Group of whoever told of it, as `groupOf()` has it. */
  readonly sourceGroup: string
  /**
   * How we came to know of it, back to where that began: whoever a peer tells of is of that peer's lineage, one that no peer
   * told of begins one for its part of the network. Missing in books stored by earlier versions.
   */
  readonly lineage?: string
  /** Never told to others. */
  readonly private: boolean
  readonly place: Place
  readonly addedAtMs: number
  /** When it was last heard of or met. */
  readonly seenAtMs: number
  readonly attemptedAtMs?: number
  readonly succeededAtMs?: number
  /** Attempts in vain since it was last reached. */
  readonly failures: number
  /** Not to be dialed before: a cool-down, a ban, or a method that it lacks. */
  readonly notBeforeMs?: number
}

/** What is told of a peer when it is added. */
export interface Address {
  readonly id: string
  readonly addresses: readonly string[]
  readonly enr?: string
  readonly private?: boolean
}
