import type { TreeNode } from '../light-client/branch.ts'

/** A Merkleized vector or list whose elements are set one at a time. */
export interface VectorView<T> {
  get(index: number): T
  set(index: number, value: T): void
  hashTreeRoot(): Uint8Array
}

/** A Merkleized list that grows. */
export interface ListView<T> extends VectorView<T> {
  push(value: T): void
}

/**
 * The part of a BeaconState's mutable tree that the devnet's state transition reads and writes element by element; other
 * fields are replaced whole. Fields that a fork lacks are undefined.
 */
export interface StateView {
  readonly node: TreeNode
  slot: number
  readonly blockRoots: VectorView<Uint8Array>
  readonly stateRoots: VectorView<Uint8Array>
  readonly historicalRoots: ListView<Uint8Array>
  readonly historicalSummaries?: ListView<unknown>
  readonly randaoMixes: VectorView<Uint8Array>
  readonly proposerLookahead?: VectorView<number>
  currentSyncCommittee: unknown
  nextSyncCommittee: unknown
  /** Commits what was changed and hashes it. */
  hashTreeRoot(): Uint8Array
  serialize(): Uint8Array
}
