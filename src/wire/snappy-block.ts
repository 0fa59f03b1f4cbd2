import { snappyCompressor, snappyUncompressor } from 'hysnappy'
import { LamparaError, messageOf } from '../errors/index.ts'
import { compressPlainly, decompressPlainly } from './snappy-plain.ts'
import { decodeVarint } from './varint.ts'

// Each holds a WebAssembly instance whose memory stays as large as its largest message: bounded by maxBytes, so one is kept.
let uncompress: ReturnType<typeof snappyUncompressor> | undefined
let compress: ReturnType<typeof snappyCompressor> | undefined

/** What `make` makes with WebAssembly; plain JavaScript where that is forbidden, as by a strict Content Security Policy. */
function orPlain<T>(make: () => T, plain: T): T {
  try {
    return make()
  } catch {
    return plain
  }
}

/** The format's own limit (format_description.txt, "preamble"). */
const MAX_BLOCK_BYTES = 2 ** 32 - 1

/** Nothing expands further than a copy: 64 bytes of three (format_description.txt, "Copy with 2-byte offset"). */
const COPY = { bytes: 3, makes: 64 } as const

/** The most bytes that `length` bytes can take when compressed (phase0/p2p-interface.md, `max_compressed_len`). */
export function maxCompressedLength(length: number): number {
  return 32 + length + Math.floor(length / 6)
}

/** Compresses bytes as one snappy block: what gossip carries. */
export function compressBlock(bytes: Uint8Array): Uint8Array {
  compress ??= orPlain(snappyCompressor, compressPlainly)
  return compress(bytes)
}

/**
 * Decompresses one snappy block.
 *
 * @param options.maxBytes - the most bytes that it may decompress to: the bound of the SSZ type
 * @throws LamparaError `length_out_of_bounds` when the block declares more than `maxBytes`, or has more bytes than
 *   `maxBytes` can take; `snappy_invalid` when it declares more than so many bytes can hold, all before anything is allocated,
 *   and when it is no such block
 */
export function decompressBlock(bytes: Uint8Array, options: { readonly maxBytes: number }): Uint8Array {
  const { maxBytes } = options
  if (bytes.length > maxCompressedLength(maxBytes)) {
    throw outOfBounds(`it has ${bytes.length} bytes for at most ${maxBytes}`)
  }
  const { value: length, bytes: headBytes } = declaredLength(bytes)
  if (length > maxBytes) throw outOfBounds(`it declares ${length} bytes, more than ${maxBytes}`)
  // Memory is made for what a block declares, and stays: a few bytes must not have it grow by megabytes.
  if (length * COPY.bytes > (bytes.length - headBytes) * COPY.makes) {
    throw new LamparaError('snappy_invalid', `Cannot decompress block: ${bytes.length} bytes cannot hold ${length}`)
  }
  if (length === 0) {
    if (bytes.length > headBytes)
      throw new LamparaError('snappy_invalid', 'Cannot decompress block: it has bytes to spare')
    return new Uint8Array(0)
  }
  uncompress ??= orPlain(snappyUncompressor, decompressPlainly)
  try {
    return uncompress(bytes, length)
  } catch (cause) {
    // A trap leaves the instance's stack where it was: a fresh one is safer.
    if (uncompress !== decompressPlainly && cause instanceof WebAssembly.RuntimeError) uncompress = undefined
    throw new LamparaError('snappy_invalid', `Cannot decompress block: ${messageOf(cause)}`, { cause })
  }
}

function declaredLength(bytes: Uint8Array): { value: number; bytes: number } {
  try {
    const { value, bytes: headBytes } = decodeVarint(bytes.subarray(0, 5))
    if (value <= MAX_BLOCK_BYTES) return { value: Number(value), bytes: headBytes }
  } catch (cause) {
    throw new LamparaError('snappy_invalid', 'Cannot decompress block: it does not begin with its length', { cause })
  }
  throw new LamparaError('snappy_invalid', 'Cannot decompress block: its length is beyond 2^32 − 1')
}

function outOfBounds(reason: string): LamparaError {
  return new LamparaError('length_out_of_bounds', `Cannot decompress block: ${reason}`)
}
