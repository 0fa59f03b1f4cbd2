import { digest64, hashInto } from '@chainsafe/persistent-merkle-tree'
import type { Chain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { SyncCommittee } from '../../ssz/index.ts'

const KEY_BYTES = 48
const KEY_BLOCK_BYTES = 64
const ROOT_BYTES = 32

/**
 * The root of a sync committee: what `hash_tree_root` gives, a level of the tree at a time. The general type goes key by
 * key, which takes five times as long, as long as checking a signature natively.
 *
 * @throws LamparaError `invalid_argument` when the committee is not of the preset's size, or a key not of 48 bytes
 */
export function committeeRoot(chain: Chain, { pubkeys, aggregatePubkey }: SyncCommittee): Uint8Array {
  const { syncCommitteeSize } = chain.preset
  if (pubkeys.length !== syncCommitteeSize) throw wrongSize(`${pubkeys.length} keys instead of ${syncCommitteeSize}`)
  return digest64(rootOfKeys(pubkeys), rootOfKeys([aggregatePubkey]))
}

/** A tree's levels by the number of keys, leaves first: made again for each root, they would cost as much as the hashing. */
const levelsByCount = new Map<number, readonly Uint8Array[]>()

/** Each key fills a block of two chunks, whose end stays zero; a power of two of them makes a whole tree. */
function rootOfKeys(keys: readonly Uint8Array[]): Uint8Array {
  const levels = levelsFor(keys.length)
  const leaves = levels[0]!
  for (let position = 0; position < keys.length; position++) {
    const key = keys[position]!
    // Any other length would leave traces in the next root.
    if (key.length !== KEY_BYTES) throw wrongSize(`a key of ${key.length} bytes`)
    leaves.set(key, position * KEY_BLOCK_BYTES)
  }
  for (let level = 1; level < levels.length; level++) hashInto(levels[level - 1]!, levels[level]!)
  return levels.at(-1)!.slice()
}

function levelsFor(count: number): readonly Uint8Array[] {
  const known = levelsByCount.get(count)
  if (known !== undefined) return known
  const levels: Uint8Array[] = []
  for (let bytes = count * KEY_BLOCK_BYTES; bytes >= ROOT_BYTES; bytes /= 2) levels.push(new Uint8Array(bytes))
  levelsByCount.set(count, levels)
  return levels
}

function wrongSize(what: string): LamparaError {
  return new LamparaError('invalid_argument', `Cannot hash the sync committee: it has ${what}`)
}
