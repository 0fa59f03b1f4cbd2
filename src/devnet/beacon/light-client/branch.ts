/** A node of a Merkle tree, as SSZ's persistent trees have it. */
export interface TreeNode {
  readonly left: TreeNode
  readonly right: TreeNode
  readonly root: Uint8Array
}

/**
 * The Merkle branch of a generalized index, nearest sibling first (`compute_merkle_proof`,
 * altair/light-client/full-node.md). The tree must be hashed or hashes what is missing.
 */
export function merkleBranch(tree: TreeNode, gindex: number): Uint8Array[] {
  const branch: Uint8Array[] = []
  let node = tree
  for (let bit = 30 - Math.clz32(gindex); bit >= 0; bit--) {
    const goesRight = ((gindex >>> bit) & 1) === 1
    branch.push((goesRight ? node.left : node.right).root.slice())
    node = goesRight ? node.right : node.left
  }
  return branch.reverse()
}
