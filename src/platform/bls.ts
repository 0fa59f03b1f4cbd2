/** A validated, decompressed BLS12-381 public key, or a sum of them. Opaque: pass it back to the `Bls` it came from. */
export interface BlsPublicKey {
  readonly __blsPublicKey: never
}

/**
 * The BLS12-381 arithmetic that verification needs (minimal-pubkey-size, proof-of-possession scheme).
 *
 * All methods are synchronous and pure.
 */
export interface Bls {
  readonly implementation: 'blst' | 'noble'
  /**
   * Decompresses a public key of 48 bytes.
   *
   * @param validate - check the subgroup and refuse infinity; leave it out only for bytes already proven to be a validator's key
   * @throws LamparaError `ssz_invalid` when the bytes are no such key
   */
  publicKey(bytes: Uint8Array, validate: boolean): BlsPublicKey
  /** The compressed 48 bytes of a key. */
  toBytes(key: BlsPublicKey): Uint8Array
  /** The sum of one key or more. @throws LamparaError `invalid_argument` for none */
  add(keys: readonly BlsPublicKey[]): BlsPublicKey
  /** `base` less every one of `keys`. */
  subtract(base: BlsPublicKey, keys: readonly BlsPublicKey[]): BlsPublicKey
  /** True when both are the same point. */
  equal(a: BlsPublicKey, b: BlsPublicKey): boolean
  /**
   * True when the 96-byte signature over the message is that of the key. A malformed or out-of-subgroup signature, and a key at infinity, are false.
   */
  verify(message: Uint8Array, key: BlsPublicKey, signature: Uint8Array): boolean
}
