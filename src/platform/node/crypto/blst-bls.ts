import type { PublicKey } from '@chainsafe/blst'
import { LamparaError, messageOf } from '../../../errors/index.ts'
import type { Bls, BlsPublicKey } from '../../bls.ts'
import { negateG1 } from './negate-g1.ts'

const PUBLIC_KEY_BYTES = 48
const SIGNATURE_BYTES = 96
const INFINITY_FLAG = 0x40

type Blst = typeof import('@chainsafe/blst')

// The contract's type hides what a key is; these two are the only ways across.
const seal = (key: PublicKey): BlsPublicKey => key as unknown as BlsPublicKey
const open = (key: BlsPublicKey): PublicKey => key as unknown as PublicKey

/** BLS12-381 by the native blst add-on. */
export function createBlstBls(blst: Blst): Bls {
  const sum = (keys: readonly BlsPublicKey[]): PublicKey => blst.aggregatePublicKeys(keys.map(open))

  return {
    implementation: 'blst',

    publicKey(bytes, validate) {
      // blst would take the 96 bytes of an uncompressed point, too.
      if (bytes.length !== PUBLIC_KEY_BYTES) {
        throw new LamparaError(
          'ssz_invalid',
          `Cannot read a BLS public key: ${bytes.length} bytes instead of ${PUBLIC_KEY_BYTES}`,
        )
      }
      try {
        return seal(blst.PublicKey.fromBytes(bytes, validate))
      } catch (cause) {
        throw new LamparaError('ssz_invalid', `Cannot read a BLS public key: ${messageOf(cause)}`, { cause })
      }
    },

    toBytes: (key) => open(key).toBytes(true),

    add(keys) {
      if (keys.length === 0) throw new LamparaError('invalid_argument', 'Cannot add public keys: there are none')
      return seal(sum(keys))
    },

    subtract(base, keys) {
      if (keys.length === 0) return base
      const subtrahend = sum(keys).toBytes(false)
      if ((subtrahend[0]! & INFINITY_FLAG) !== 0) return base
      // Uncompressed, since decompression would cost a square root.
      const negative = blst.PublicKey.fromBytes(negateG1(subtrahend), false)
      return seal(blst.aggregatePublicKeys([open(base), negative]))
    },

    equal(a, b) {
      const left = open(a).toBytes(true)
      const right = open(b).toBytes(true)
      return left.every((byte, index) => byte === right[index])
    },

    verify(message, key, signature) {
      if (signature.length !== SIGNATURE_BYTES) return false
      try {
        // Decoding skips the subgroup check unless told; the key was checked when it was made.
        return blst.verify(message, open(key), blst.Signature.fromBytes(signature, true), false, false)
      } catch {
        return false
      }
    },
  }
}
