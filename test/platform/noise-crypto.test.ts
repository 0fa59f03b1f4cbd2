import { randomBytes } from 'node:crypto'
import { pureJsCrypto } from '@libp2p/noise'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, it } from 'vitest'
import { noiseCrypto } from '../../src/platform/node/transports/noise-crypto.ts'

const key = randomBytes(32)
const nonce = randomBytes(12)
const ad = randomBytes(32)
const { chaCha20Poly1305Encrypt: encrypt, chaCha20Poly1305Decrypt: decrypt } = noiseCrypto

/** Around where WebAssembly gives way to Node's cipher, and the most that a message of noise can have. */
const SIZES = [0, 1, 1183, 1184, 1199, 1200, 4096, 65_519]

/** The same bytes, in three pieces where there are as many. */
function inPieces(bytes: Uint8Array): Uint8ArrayList {
  const third = Math.ceil(bytes.length / 3)
  return new Uint8ArrayList(
    ...[0, 1, 2].map((n) => bytes.subarray(n * third, (n + 1) * third)).filter(({ length }) => length > 0),
  )
}

describe('what noise encrypts with in Node', () => {
  it.each(SIZES)('yields what every other implementation does, of %i bytes, whole or in pieces', (bytes) => {
    const plaintext = randomBytes(bytes)
    const expected = pureJsCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key).subarray()
    expect(Buffer.compare(encrypt(plaintext, nonce, ad, key).subarray(), expected)).toBe(0)
    expect(Buffer.compare(encrypt(inPieces(plaintext), nonce, ad, key).subarray(), expected)).toBe(0)
  })

  it.each(SIZES)('reads what every other implementation wrote, of %i bytes, whole or in pieces', (bytes) => {
    const plaintext = randomBytes(bytes)
    const ciphertext = pureJsCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key).subarray()
    const pieces = inPieces(ciphertext.slice())
    expect(Buffer.compare(decrypt(ciphertext.slice(), nonce, ad, key).subarray(), plaintext)).toBe(0)
    expect(Buffer.compare(decrypt(pieces, nonce, ad, key).subarray(), plaintext)).toBe(0)
  })

  it.each([16, 1200, 65_519])(
    'throws for %i bytes of which one was changed, or its tag, or under another key',
    (bytes) => {
      const ciphertext = encrypt(randomBytes(bytes), nonce, ad, key).subarray()
      for (const at of [0, bytes >> 1, ciphertext.length - 1]) {
        const changed = ciphertext.slice()
        changed[at]! ^= 1
        expect(() => decrypt(changed, nonce, ad, key)).toThrow()
      }
      expect(() => decrypt(ciphertext.slice(), nonce, ad, randomBytes(32))).toThrow()
      expect(() => decrypt(ciphertext.slice(), nonce, randomBytes(32), key)).toThrow()
    },
  )
})
