import { createHash } from 'node:crypto'
import type { Seed } from './seed.ts'

/** A block's contribution to the chain's randomness. */
export interface Reveal {
  /** 96 bytes in the place of the proposer's signature over the epoch, which no light client sees. */
  readonly reveal: Uint8Array
  /** What process_randao mixes in: the reveal's hash. */
  readonly randomness: Uint8Array
}

/** The reveal of a slot's proposer. */
export function randaoReveal(seed: Seed, slot: number): Reveal {
  const reveal = new Uint8Array(96)
  for (let part = 0; part < 3; part++) reveal.set(seed.bytes('randao reveal', slot, part), part * 32)
  return { reveal, randomness: Uint8Array.from(createHash('sha256').update(reveal).digest()) }
}
