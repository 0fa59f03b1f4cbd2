// The face of @chainsafe/blst 0.2, as far as @chainsafe/bls sees it, over the blst 2 of this checkout, which comes with
// prebuilt binaries.
import { createRequire } from 'node:module'

const blst = createRequire(new URL('../../../package.json', import.meta.url))('@chainsafe/blst')

/** What blst 0.2 calls the value of a key or a signature. */
class Point {
  constructor(native) {
    this.native = native
  }
  compress() {
    return this.native.toBytes(true)
  }
  serialize() {
    return this.native.toBytes(false)
  }
  is_inf() {
    return (this.compress()[0] & 0x40) !== 0
  }
}

export const CoordType = { affine: 0, jacobian: 1 }

export class PublicKey {
  constructor(value) {
    this.value = value
  }
  static fromBytes(bytes) {
    return new PublicKey(new Point(blst.PublicKey.fromBytes(bytes)))
  }
  keyValidate() {
    this.value.native.keyValidate()
  }
}

export class Signature {
  constructor(value) {
    this.value = value
  }
  static fromBytes(bytes) {
    return new Signature(new Point(blst.Signature.fromBytes(bytes)))
  }
  sigValidate() {
    this.value.native.sigValidate()
  }
}

export class SecretKey {
  constructor(native) {
    this.native = native
  }
  static fromBytes(bytes) {
    return new SecretKey(blst.SecretKey.fromBytes(bytes))
  }
  static fromKeygen(entropy) {
    return new SecretKey(blst.SecretKey.fromKeygen(entropy))
  }
  sign(message) {
    return new Signature(new Point(this.native.sign(message)))
  }
  toPublicKey() {
    return new PublicKey(new Point(this.native.toPublicKey()))
  }
  toBytes() {
    return this.native.toBytes()
  }
}

const native = ({ value }) => value.native

export const aggregatePubkeys = (keys) => new PublicKey(new Point(blst.aggregatePublicKeys(keys.map(native))))
export const aggregateSignatures = (all) => new Signature(new Point(blst.aggregateSignatures(all.map(native))))
export const verify = (message, key, signature) => blst.verify(message, native(key), native(signature))
export const fastAggregateVerify = (message, keys, signature) =>
  blst.fastAggregateVerify(message, keys.map(native), native(signature))
export const aggregateVerify = (messages, keys, signature) =>
  blst.aggregateVerify(messages, keys.map(native), native(signature))
export const verifyMultipleAggregateSignatures = (sets) =>
  blst.verifyMultipleAggregateSignatures(sets.map(({ msg, pk, sig }) => ({ msg, pk: native(pk), sig: native(sig) })))
