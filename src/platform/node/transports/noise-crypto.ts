import { createCipheriv, createDecipheriv, createSecretKey, getCiphers, type KeyObject } from 'node:crypto'
import type { ICryptoInterface } from '@libp2p/noise'
import { defaultCrypto } from '@libp2p/noise/crypto'
import { Uint8ArrayList } from 'uint8arraylist'

const CIPHER = 'chacha20-poly1305'
const TAG_BYTES = 16
const AUTH = { authTagLength: TAG_BYTES } as const
/** What is shorter is quicker in WebAssembly: Node takes its time to begin. */
const NATIVE_FROM_BYTES = 1200

/** A session's keys, in the form that Node needs them in: from bytes it makes one again for each message. */
const keys = new WeakMap<Uint8Array, KeyObject>()

function keyOf(bytes: Uint8Array): KeyObject {
  let key = keys.get(bytes)
  if (key === undefined) {
    key = createSecretKey(bytes)
    keys.set(bytes, key)
  }
  return key
}

/** Without joining them: a copy costs more than a call for each. */
function piecesOf(bytes: Uint8Array | Uint8ArrayList, end = bytes.byteLength): Iterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes.subarray(0, end)] : bytes.sublist(0, end)
}

const nativeCrypto: ICryptoInterface = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, k) {
    if (plaintext.byteLength < NATIVE_FROM_BYTES) return defaultCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, k)
    const cipher = createCipheriv(CIPHER, keyOf(k), nonce, AUTH)
    cipher.setAAD(ad, { plaintextLength: plaintext.byteLength })
    const ciphertext = new Uint8ArrayList()
    for (const piece of piecesOf(plaintext)) ciphertext.append(cipher.update(piece))
    cipher.final()
    ciphertext.append(cipher.getAuthTag())
    return ciphertext
  },
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k, dst) {
    const { byteLength } = ciphertext
    if (byteLength < NATIVE_FROM_BYTES) return defaultCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k, dst)
    const decipher = createDecipheriv(CIPHER, keyOf(k), nonce, AUTH)
    const end = byteLength - TAG_BYTES
    decipher.setAAD(ad, { plaintextLength: end })
    decipher.setAuthTag(ciphertext.subarray(end))
    const plaintext = new Uint8ArrayList()
    for (const piece of piecesOf(ciphertext, end)) plaintext.append(decipher.update(piece))
    decipher.final()
    return plaintext
  },
}

/** noise's cryptography with Node's own cipher for all that is not short; Electron's Node has none. */
export const noiseCrypto: ICryptoInterface = getCiphers().includes(CIPHER) ? nativeCrypto : defaultCrypto
