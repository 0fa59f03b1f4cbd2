import { bls12_381 } from '@noble/curves/bls12-381.js'
import { LamparaError } from '../errors/index.ts'
import type { Bls, BlsPublicKey } from './bls.ts'

const { G1, longSignatures } = bls12_381
type G1Point = InstanceType<typeof G1.Point>

const PUBLIC_KEY_BYTES = 48
const SIGNATURE_BYTES = 96

/** Ciphersuite of the consensus specification: signatures in G2, proof of possession (phase0/beacon-chain.md, BLS signatures). */
const DOMAIN_SEPARATION_TAG = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'

// The contract's type hides what a key is; these two are the only ways across.
const seal = (point: G1Point): BlsPublicKey => point as unknown as BlsPublicKey
const open = (key: BlsPublicKey): G1Point => key as unknown as G1Point

const sum = (points: readonly G1Point[], start: G1Point): G1Point =>
  points.reduce((total, point) => total.add(point), start)

/** BLS12-381 in plain JavaScript, for where no native add-on is available. */
export const nobleBls: Bls = {
  implementation: 'noble',

  // Decoding here always checks the subgroup, so `validate` only decides about infinity.
  publicKey(bytes, validate) {
    if (bytes.length !== PUBLIC_KEY_BYTES) throw notAKey(`${bytes.length} bytes instead of ${PUBLIC_KEY_BYTES}`)
    let point: G1Point
    try {
      point = G1.Point.fromBytes(bytes)
    } catch (cause) {
      throw notAKey('no point of the group', cause)
    }
    if (validate && point.is0()) throw notAKey('the point at infinity')
    return seal(point)
  },

  toBytes(key) {
    const point = open(key)
    // A sum at infinity is not in the one form of it that can be encoded.
    return (point.is0() ? G1.Point.ZERO : point).toBytes(true)
  },

  add(keys) {
    if (keys.length === 0) throw new LamparaError('invalid_argument', 'Cannot add public keys: there are none')
    return seal(sum(keys.map(open), G1.Point.ZERO))
  },

  subtract: (base, keys) => seal(open(base).add(sum(keys.map(open), G1.Point.ZERO).negate())),

  equal: (a, b) => open(a).equals(open(b)),

  verify(message, key, signature) {
    const point = open(key)
    if (signature.length !== SIGNATURE_BYTES || point.is0()) return false
    try {
      const decoded = longSignatures.Signature.fromBytes(signature)
      return longSignatures.verify(decoded, longSignatures.hash(message, DOMAIN_SEPARATION_TAG), point)
    } catch {
      return false
    }
  },
}

function notAKey(why: string, cause?: unknown): LamparaError {
  return new LamparaError('ssz_invalid', `Cannot read a BLS public key: ${why}`, { cause })
}
