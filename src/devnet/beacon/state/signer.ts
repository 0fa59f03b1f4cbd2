import type { Seed } from './seed.ts'

/** The order of the BLS12-381 groups: secret keys add up modulo this. */
const CURVE_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

/** A signature over nothing by nobody: the compressed point at infinity (G2_POINT_AT_INFINITY). */
const INFINITY_SIGNATURE = Uint8Array.from({ length: 96 }, (_, index) => (index === 0 ? 0xc0 : 0))

/** Makes BLS public keys and signatures of secret keys; a sum of secret keys signs as all of them together. */
export interface Signer {
  readonly implementation: 'blst' | 'noble'
  /** 48 bytes, compressed. */
  publicKey(secretKey: bigint): Uint8Array
  /** 96 bytes, compressed (proof-of-possession scheme). The sum zero signs with the point at infinity. */
  sign(message: Uint8Array, secretKey: bigint): Uint8Array
}

/** A secret key of the seed: never zero. */
export function deriveSecretKey(seed: Seed, index: number): bigint {
  const wide = BigInt(`0x${Buffer.from(seed.bytes('validator key', index)).toString('hex')}`)
  return (wide % (CURVE_ORDER - 1n)) + 1n
}

/** The sum modulo the group order: its signature is the aggregate of the single ones. */
export function addSecretKeys(secretKeys: Iterable<bigint>): bigint {
  let sum = 0n
  for (const key of secretKeys) sum += key
  return sum % CURVE_ORDER
}

/**
 * Loads the quickest signer: blst's add-on, or noble where it does not load.
 *
 * @param implementation - insist on one of them
 */
export async function loadSigner(implementation?: Signer['implementation']): Promise<Signer> {
  if (implementation === 'noble') return nobleSigner()
  try {
    return await blstSigner()
  } catch (error) {
    if (implementation === 'blst') throw error
    return nobleSigner()
  }
}

async function blstSigner(): Promise<Signer> {
  const { SecretKey } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/blst')
  return {
    implementation: 'blst',
    publicKey: (key) => SecretKey.fromBytes(toBytes(key)).toPublicKey().toBytes(),
    sign: (message, key) =>
      key === 0n ? INFINITY_SIGNATURE.slice() : SecretKey.fromBytes(toBytes(key)).sign(message).toBytes(),
  }
}

async function nobleSigner(): Promise<Signer> {
  const { bls12_381 } = await import('@noble/curves/bls12-381.js')
  const { longSignatures } = bls12_381
  const domainTag = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'
  return {
    implementation: 'noble',
    publicKey: (key) => longSignatures.getPublicKey(toBytes(key)).toBytes(true),
    sign: (message, key) =>
      key === 0n
        ? INFINITY_SIGNATURE.slice()
        : longSignatures.sign(longSignatures.hash(message, domainTag), toBytes(key)).toBytes(true),
  }
}

function toBytes(secretKey: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(secretKey.toString(16).padStart(64, '0'), 'hex'))
}
