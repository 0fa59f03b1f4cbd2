// What SSZ and its Merkle tree need of @chainsafe/as-sha256, without its WebAssembly, which is compiled when that package is
// imported: a strict Content Security Policy forbids this, and the import throws. The functions without WebAssembly are the
// package's own.
export { allocUnsafe } from '@chainsafe/as-sha256/lib/alloc.js'
export {
  byteArrayIntoHashObject,
  byteArrayToHashObject,
  hashObjectToByteArray,
} from '@chainsafe/as-sha256/lib/hashObject.js'

import { byteArrayToHashObject, hashObjectToByteArray } from '@chainsafe/as-sha256/lib/hashObject.js'
import { sha256 } from '@noble/hashes/sha2.js'

const pair = new Uint8Array(64)

/**
 * Hashes two 32-byte nodes.
 *
 * @param {import('@chainsafe/as-sha256/lib/hashObject.js').HashObject} left
 * @param {import('@chainsafe/as-sha256/lib/hashObject.js').HashObject} right
 */
export function digest64HashObjects(left, right) {
  hashObjectToByteArray(left, pair, 0)
  hashObjectToByteArray(right, pair, 32)
  return byteArrayToHashObject(sha256(pair), 0)
}
