import { createHash } from 'node:crypto'

/**
 * Pseudo-randomness that depends on nothing but a seed and a label: the same seed makes the same chain.
 * For a development chain; it protects nothing.
 */
export interface Seed {
  /** 32 bytes. */
  bytes(label: string, ...indices: readonly number[]): Uint8Array
  /** Numbers of [0, 1), one after another. */
  stream(label: string, ...indices: readonly number[]): () => number
}

/** Makes the randomness of a seed. */
export function createSeed(seed: string): Seed {
  const bytes: Seed['bytes'] = (label, ...indices) =>
    createHash('sha256')
      .update(JSON.stringify([seed, label, ...indices]))
      .digest()
  return {
    bytes: (...args) => Uint8Array.from(bytes(...args)),
    stream(...args) {
      const start = bytes(...args)
      // Small Fast Counter (sfc32): a hash per number would cost more than a block does at 512 validators.
      const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
      let a = view.getUint32(0)
      let b = view.getUint32(4)
      let c = view.getUint32(8)
      let counter = 1
      return () => {
        const sum = (a + b + counter) | 0
        counter = (counter + 1) | 0
        a = b ^ (b >>> 9)
        b = (c + (c << 3)) | 0
        c = ((c << 21) | (c >>> 11)) + sum
        return (sum >>> 0) / 2 ** 32
      }
    },
  }
}
