import { LamparaError } from '../errors/index.ts'
import type { ByteReader } from '../streams/bytes/byte-reader.ts'
import { maskedCrc32c } from './crc32c.ts'
import {
  CHECKSUM_BYTES,
  CHUNK_HEADER_BYTES,
  chunkTypes,
  createFrameDecoder,
  MAX_CHUNK_DATA_BYTES,
  streamIdentifier,
} from './frame-decoder.ts'
import { joinBytes } from './join-bytes.ts'
import { compressBlock, maxCompressedLength } from './snappy-block.ts'

/** Compresses bytes as a snappy stream in frames (framing_format.txt): what requests and responses carry. */
export function encodeFrames(bytes: Uint8Array): Uint8Array {
  const chunks = [chunk(chunkTypes.streamIdentifier, streamIdentifier)]
  for (let at = 0; at < bytes.length; at += MAX_CHUNK_DATA_BYTES) {
    chunks.push(dataChunk(bytes.subarray(at, at + MAX_CHUNK_DATA_BYTES)))
  }
  return joinBytes(chunks)
}

function dataChunk(data: Uint8Array): Uint8Array {
  const compressed = compressBlock(data)
  const smaller = compressed.length < data.length
  const checksum = new Uint8Array(CHECKSUM_BYTES)
  new DataView(checksum.buffer).setUint32(0, maskedCrc32c(data), true)
  return smaller ? chunk(chunkTypes.compressed, checksum, compressed) : chunk(chunkTypes.uncompressed, checksum, data)
}

function chunk(type: number, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return joinBytes([Uint8Array.of(type, length & 0xff, (length >> 8) & 0xff, length >> 16), ...parts])
}

/**
 * Reads the snappy frames that hold exactly `length` bytes, and stops where the last of them ends: what follows is left to
 * the next reading. However the bytes are cut into reads, the result is the same.
 *
 * @param length - the decompressed bytes, already held against the type's bounds; 0 reads nothing
 * @throws LamparaError `snappy_invalid`; `snappy_checksum_mismatch`; `length_out_of_bounds` when the frames hold more than
 *   `length`, or take more bytes than 32 + length + length / 6; what the reader throws (`unexpected_end`)
 */
export async function readFrames(
  reader: ByteReader,
  length: number,
  options: { signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const decoder = createFrameDecoder({ maxBytes: length, maxFramedBytes: maxCompressedLength(length) })
  while (decoder.produced < length) {
    const due = decoder.header(await reader.read(CHUNK_HEADER_BYTES, options))
    if (due.skip) await skipBytes(reader, due.length, options)
    else decoder.body(await reader.read(due.length, options))
  }
  return decoder.output()
}

/** Padding is read in pieces, so that it is never held whole. */
async function skipBytes(reader: ByteReader, length: number, options: { signal?: AbortSignal }): Promise<void> {
  for (let left = length; left > 0; left -= MAX_CHUNK_DATA_BYTES) {
    await reader.read(Math.min(left, MAX_CHUNK_DATA_BYTES), options)
  }
}

/**
 * Decodes a whole buffer of snappy frames.
 *
 * @param options.maxBytes - the most decompressed bytes
 * @throws LamparaError `snappy_invalid`; `snappy_checksum_mismatch`; `length_out_of_bounds`; `unexpected_end` when the last
 *   frame is cut off, or there is none
 */
export function decodeFrames(bytes: Uint8Array, options: { readonly maxBytes: number }): Uint8Array {
  // A whole buffer is already in memory: the bound that matters is on what it decompresses to.
  const decoder = createFrameDecoder({ maxBytes: options.maxBytes, maxFramedBytes: Number.POSITIVE_INFINITY })
  let at = 0
  const take = (length: number): Uint8Array => {
    if (bytes.length - at < length) {
      throw new LamparaError('unexpected_end', 'Cannot decode snappy frames: they are cut off')
    }
    at += length
    return bytes.subarray(at - length, at)
  }
  do {
    const due = decoder.header(take(CHUNK_HEADER_BYTES))
    const body = take(due.length)
    if (!due.skip) decoder.body(body)
  } while (at < bytes.length)
  return decoder.output()
}
