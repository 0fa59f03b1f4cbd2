import { digest64 } from '@chainsafe/persistent-merkle-tree'

/** A Merkle tree of which only a few leaves are known; what is not is zero. */
export interface SparseState {
  readonly root: Uint8Array
  branch(gindex: number): Uint8Array[]
}

/** Builds the tree of some leaves, by generalized index. */
export function sparseState(leaves: ReadonlyMap<number, Uint8Array>): SparseState {
  const isBelow = (leaf: number, gindex: number): boolean => {
    let node = leaf
    while (node > gindex) node >>= 1
    return node === gindex
  }
  const node = (gindex: number): Uint8Array => {
    const leaf = leaves.get(gindex)
    if (leaf !== undefined) return leaf
    if (![...leaves.keys()].some((key) => isBelow(key, gindex))) return new Uint8Array(32)
    return digest64(node(gindex * 2), node(gindex * 2 + 1))
  }
  return {
    root: node(1),
    branch(gindex) {
      const siblings: Uint8Array[] = []
      for (let at = gindex; at > 1; at >>= 1) siblings.push(node(at ^ 1))
      return siblings
    },
  }
}
