import { maskedCrc32c } from '../../../src/wire/index.ts'
import { below, pick } from '../../fuzz/engine/mutate.ts'
import type { Mutator } from '../../fuzz/engine/target.ts'
import { referenceDecompress } from '../wire/reference-snappy.ts'

const HEADER_BYTES = 4

interface Chunk {
  readonly at: number
  readonly type: number
  readonly end: number
}

/** The chunks of frames that begin at an offset, as far as they go. */
function chunksOf(bytes: Uint8Array, start: number): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = start; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + HEADER_BYTES + (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16))
    if (end > bytes.length) break
    chunks.push({ at, type: bytes[at]!, end })
    at = end
  }
  return chunks
}

/**
 * Changes that know frames: without these, every changed chunk ends at its checksum.
 *
 * @param start - where the frames begin in an input
 */
export function frameMutators(start: (input: Uint8Array) => number): readonly Mutator[] {
  const change = (action: (made: Uint8Array, chunk: Chunk, random: () => number) => void): Mutator => {
    return (input, random) => {
      const chunks = chunksOf(input, start(input))
      if (chunks.length === 0) return input
      const made = input.slice()
      action(made, pick(random, chunks), random)
      return made
    }
  }
  return [
    // Another byte of content, and its checksum.
    change((made, { at, end }, random) => {
      if (end - at <= HEADER_BYTES + 4) return
      made[at + HEADER_BYTES + 4 + below(random, end - at - HEADER_BYTES - 4)] = below(random, 256)
      mendChecksum(made, { at, type: made[at]!, end })
    }),
    change((made, { at }, random) => {
      made[at] = pick(random, [0x00, 0x01, 0x02, 0x7f, 0x80, 0xfd, 0xfe, 0xff])
    }),
    // Chunks again, or in another order.
    (input, random) => {
      const chunks = chunksOf(input, start(input))
      if (chunks.length === 0) return input
      const pieces = chunks.map(({ at, end }) => input.subarray(at, end))
      pieces.splice(below(random, pieces.length + 1), below(random, 2), pick(random, pieces))
      return new Uint8Array(Buffer.concat([input.subarray(0, start(input)), ...pieces]))
    },
    (input) => {
      const made = input.slice()
      for (const chunk of chunksOf(made, start(made))) mendChecksum(made, chunk)
      return made
    },
  ]
}

function mendChecksum(bytes: Uint8Array, { at, type, end }: Chunk): void {
  if (type > 1 || end - at < HEADER_BYTES + 4) return
  const content = bytes.subarray(at + HEADER_BYTES + 4, end)
  const data = type === 1 ? content : referenceDecompress(content, 65_536)
  if (data === undefined) return
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at + HEADER_BYTES, maskedCrc32c(data), true)
}
