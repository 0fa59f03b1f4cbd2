import { registerHooks } from 'node:module'

const PUBLIC_KEY_BYTES = 33

function assertKey(key: Uint8Array): Uint8Array {
  if (key.length !== PUBLIC_KEY_BYTES || (key[0] !== 2 && key[0] !== 3)) throw new Error('it is not a point')
  return key
}

/**
 * Stands in for the curve's library, by which name alone it is imported: keys are anything that begins like one, and every signature
 * is right but those that begin with 0xff. The real one takes milliseconds, and is not ours to attack. @public
 */
export const secp256k1 = {
  verify: (signature: Uint8Array, _hash: Uint8Array, key: Uint8Array) =>
    assertKey(key) === key && signature[0] !== 0xff,
  sign: () => new Uint8Array(64),
  getPublicKey: (key: Uint8Array) => Uint8Array.from([2, ...key]),
  utils: { isValidSecretKey: () => true },
  Point: {
    fromBytes(key: Uint8Array) {
      assertKey(key)
      return {
        toBytes: (isCompressed = true) =>
          isCompressed ? key : Uint8Array.from([4, ...key.subarray(1), ...key.subarray(1)]),
      }
    },
  },
}

/** From here on, code that is loaded takes signatures of node records for right. */
export function trustSignatures(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@noble/curves/secp256k1.js'
        ? { url: import.meta.url, shortCircuit: true }
        : next(specifier, context),
  })
}
