import { sha256 as plainSha256 } from '@noble/hashes/sha2.js'

/** A SHA-256 implementation: any number of bytes to 32. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

// Plain JavaScript serves until a platform brings a faster one: WebAssembly must not be compiled when a module loads,
// because a strict Content Security Policy forbids it and the import would throw.
let current: Sha256 = plainSha256

/** Hashes bytes with the fastest SHA-256 that the platform has set, or with plain JavaScript. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return current(bytes)
}

/** Replaces the implementation behind {@link sha256}. A platform calls it in `useFastHasher()`. */
export function setSha256(implementation: Sha256): void {
  current = implementation
}
