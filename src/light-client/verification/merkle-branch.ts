import { digest64 } from '@chainsafe/persistent-merkle-tree'
import { equalBytes } from '../../chain/index.ts'
import { gindexDepth, gindexSubtreeIndex } from '../../ssz/index.ts'

/** True when every byte is zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/** True for a branch of zeros alone, which is how an object says that it proves nothing here. */
export function isZeroBranch(branch: readonly Uint8Array[]): boolean {
  return branch.every(isZero)
}

/**
 * is_valid_normalized_merkle_branch (altair/light-client/sync-protocol.md): a branch may be longer than the index is
 * deep, as a later fork's container has it, if the surplus at its beginning is zero.
 */
export function isValidNormalizedMerkleBranch(
  leaf: Uint8Array,
  branch: readonly Uint8Array[],
  gindex: number,
  root: Uint8Array,
): boolean {
  const depth = gindexDepth(gindex)
  const surplus = branch.length - depth
  if (surplus < 0 || !isZeroBranch(branch.slice(0, surplus))) return false
  let index = gindexSubtreeIndex(gindex)
  let node = leaf
  for (const sibling of branch.slice(surplus)) {
    node = index % 2 === 1 ? digest64(sibling, node) : digest64(node, sibling)
    index = Math.floor(index / 2)
  }
  return equalBytes(node, root)
}
