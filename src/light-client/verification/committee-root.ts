import { digest64, hashInto } from '@chainsafe/persistent-merkle-tree'
import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { SyncCommittee } from '../../ssz/index.ts'

const KEY_BLOCK_BYTES = 64
const ROOT_BYTES = 32

/**
 * The root of a sync committee: what `hash_tree_root` gives, a level of the tree at a time. The general type goes key by
 * key, which takes five times as long, as long as checking a signature natively.
 *
 * @throws LamparaError `invalid_argument` when the committee is not of the preset's size
 */
export function committeeRoot(chain: Chain, { pubkeys, aggregatePubkey }: SyncCommittee): Uint8Array {
  const { syncCommitteeSize } = chain.preset
  if (pubkeys.length !== syncCommitteeSize) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot hash the sync committee: it has ${pubkeys.length} keys instead of ${syncCommitteeSize}`,
    )
  }
  return digest64(rootOfKeys(pubkeys), rootOfKeys([aggregatePubkey]))
}

/** Each key fills a block of two chunks; a power of two of them makes a whole tree. */
function rootOfKeys(keys: readonly Uint8Array[]): Uint8Array {
  let nodes = new Uint8Array(keys.length * KEY_BLOCK_BYTES)
  keys.forEach((key, position) => {
    nodes.set(key, position * KEY_BLOCK_BYTES)
  })
  while (nodes.length > ROOT_BYTES) {
    const parents = new Uint8Array(nodes.length / 2)
    hashInto(nodes, parents)
    nodes = parents
  }
  return nodes
}
