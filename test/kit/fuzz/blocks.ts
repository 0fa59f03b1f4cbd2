import { compressBlock } from '../../../src/wire/index.ts'
import { createMutator } from '../../fuzz/engine/mutate.ts'
import type { Mutator } from '../../fuzz/engine/target.ts'
import { referenceDecompress } from '../wire/reference-snappy.ts'

const MAX_BYTES = 32_768

/**
 * Changes what a snappy block holds, and compresses it again: without it, hardly anything gets past the snappy.
 *
 * @param start - where the block begins in an input
 */
export function recompressed(start: number): Mutator {
  const mutate = createMutator()
  const open = (input: Uint8Array): Uint8Array | undefined => referenceDecompress(input.subarray(start), MAX_BYTES)
  return (input, random, partner) => {
    const content = open(input)
    if (content === undefined) return input
    const changed = mutate(content, random, open(partner) ?? partner)
    return Uint8Array.from([...input.subarray(0, start), ...compressBlock(changed)])
  }
}
