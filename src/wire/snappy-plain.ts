import { encodeVarint } from './varint.ts'

/**
 * Snappy blocks in plain JavaScript (google/snappy, format_description.txt), for where WebAssembly is forbidden.
 * `snappy-block.ts` checks the declared length before it calls here.
 */

const kinds = { literal: 0, copy1: 1, copy2: 2 } as const

/** The longest literal whose length fits into its tag. */
const SHORT_LITERAL_BYTES = 60

/** Makes a valid block of one literal: as long as the data, and nothing to go wrong. */
export function compressPlainly(bytes: Uint8Array): Uint8Array {
  const head = [...encodeVarint(bytes.length)]
  if (bytes.length > 0) head.push(...literalTag(bytes.length))
  const block = new Uint8Array(head.length + bytes.length)
  block.set(head)
  block.set(bytes, head.length)
  return block
}

function literalTag(length: number): number[] {
  const value = length - 1
  if (length <= SHORT_LITERAL_BYTES) return [(value << 2) | kinds.literal]
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256)
  return [((SHORT_LITERAL_BYTES - 1 + bytes.length) << 2) | kinds.literal, ...bytes]
}

/**
 * Decompresses a block.
 *
 * @param length - what the block declares, already held against a bound
 * @throws Error when it is not a valid block of that length
 */
export function decompressPlainly(block: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let at = 0
  let written = 0
  const littleEndian = (count: number): number => {
    if (at + count > block.length) throw new Error('premature end of input')
    let value = 0
    for (let i = 0; i < count; i++) value += block[at + i]! * 256 ** i
    at += count
    return value
  }
  const room = (count: number): void => {
    if (written + count > length) throw new Error('it holds more than it declares')
  }
  while (block[at]! >= 0x80) at++
  at++
  while (at < block.length) {
    const tag = block[at++]!
    const upper = tag >> 2
    if ((tag & 3) === kinds.literal) {
      const count = (upper < SHORT_LITERAL_BYTES ? upper : littleEndian(upper - SHORT_LITERAL_BYTES + 1)) + 1
      if (at + count > block.length) throw new Error('premature end of input')
      room(count)
      output.set(block.subarray(at, at + count), written)
      at += count
      written += count
      continue
    }
    const short = (tag & 3) === kinds.copy1
    const count = short ? (upper & 7) + 4 : upper + 1
    const offset = short ? (tag >> 5) * 256 + littleEndian(1) : littleEndian((tag & 3) === kinds.copy2 ? 2 : 4)
    if (offset === 0 || offset > written) throw new Error('a copy from before the beginning')
    room(count)
    // Byte by byte where source and target overlap: the copy repeats what it has just written.
    if (offset >= count) output.copyWithin(written, written - offset, written - offset + count)
    else for (let i = 0; i < count; i++) output[written + i] = output[written - offset + i]!
    written += count
  }
  if (written !== length) throw new Error('it holds less than it declares')
  return output
}
