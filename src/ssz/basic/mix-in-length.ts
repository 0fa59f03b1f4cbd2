import { merkleizeBlocksBytes } from '@chainsafe/persistent-merkle-tree'

/**
 * Hashes the root of a list's content, the first half of `pair`, with the list's length: `mix_in_length` (ssz/simple-serialize.md).
 */
export function mixInLength(pair: Uint8Array<ArrayBuffer>, length: number, output: Uint8Array, offset: number): void {
  new DataView(pair.buffer).setUint32(32, length, true)
  merkleizeBlocksBytes(pair, 2, output, offset)
}
