import type { Signer } from '../../src/devnet/beacon/state/signer.ts'
import { LamparaError } from '../../src/errors/index.ts'
import type { Bls, BlsPublicKey } from '../../src/platform/bls.ts'

/**
 * A linear scheme in place of BLS, a thousand times as fast: a public key is the secret key itself, and a signature is the
 * message times that key, modulo the order of the BLS12-381 groups. Sums of keys verify sums of signatures as with BLS, and
 * nothing else verifies. It protects nothing from who reads a public key as a secret one: adversaries here sign with keys
 * that they were given, and with no others.
 */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const KEY_TAG = 0x80
const SIGNATURE_TAG = 0xa0

interface Scalar {
  readonly value: bigint
}

const seal = (value: bigint): BlsPublicKey => ({ value }) as unknown as BlsPublicKey
const open = (key: BlsPublicKey): bigint => (key as unknown as Scalar).value
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER

function toBytes(value: bigint, length: number, tag: number): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes.set(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'), length - 32)
  bytes[0] = tag
  return bytes
}

/** @returns undefined for what this scheme does not write */
function fromBytes(bytes: Uint8Array, length: number, tag: number): bigint | undefined {
  if (bytes.length !== length || bytes[0] !== tag) return undefined
  if (bytes.subarray(1, length - 32).some((byte) => byte !== 0)) return undefined
  const value = BigInt(`0x${Buffer.from(bytes.subarray(length - 32)).toString('hex')}`)
  return value < ORDER ? value : undefined
}

/** Never zero: every key signs every message differently. */
function scalarOf(message: Uint8Array): bigint {
  return (BigInt(`0x${Buffer.from(message).toString('hex')}`) % (ORDER - 1n)) + 1n
}

/** Signs for the chains and adversaries of these tests. */
export const standInSigner: Signer = {
  implementation: 'noble',
  publicKey: (secretKey) => toBytes(modulo(secretKey), 48, KEY_TAG),
  sign: (message, secretKey) => toBytes(modulo(scalarOf(message) * secretKey), 96, SIGNATURE_TAG),
}

/**
 * Verifies what {@link standInSigner} signs.
 *
 * @param onVerify - called for each signature check
 */
export function createStandInBls(onVerify: () => void = () => {}): Bls {
  return {
    implementation: 'noble',
    publicKey(bytes, validate) {
      const value = fromBytes(bytes, 48, KEY_TAG)
      if (value === undefined || (validate && value === 0n)) throw new LamparaError('ssz_invalid', 'Not a public key')
      return seal(value)
    },
    toBytes: (key) => toBytes(open(key), 48, KEY_TAG),
    add: (keys) => seal(keys.reduce((sum, key) => modulo(sum + open(key)), 0n)),
    subtract: (base, keys) => seal(keys.reduce((sum, key) => modulo(sum - open(key)), open(base))),
    equal: (a, b) => open(a) === open(b),
    verify(message, key, signature) {
      onVerify()
      const value = fromBytes(signature, 96, SIGNATURE_TAG)
      return value !== undefined && open(key) !== 0n && value === modulo(scalarOf(message) * open(key))
    },
  }
}
