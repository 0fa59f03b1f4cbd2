import { LamparaError } from '../errors/index.ts'
import { maskedCrc32c } from './crc32c.ts'
import { joinBytes } from './join-bytes.ts'
import { decompressBlock, maxCompressedLength } from './snappy-block.ts'

/** Type and length of a chunk. */
export const CHUNK_HEADER_BYTES = 4
/** A chunk holds at most this much once decompressed (framing_format.txt, section 4.2). */
export const MAX_CHUNK_DATA_BYTES = 65_536
/** The checksum before a chunk's data. */
export const CHECKSUM_BYTES = 4

export const chunkTypes = {
  compressed: 0x00,
  uncompressed: 0x01,
  unskippableEnd: 0x80,
  streamIdentifier: 0xff,
} as const

/** What every stream begins with, without its chunk's header. */
export const streamIdentifier: Uint8Array = /* @__PURE__ */ Uint8Array.from([0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])

const MAX_COMPRESSED_CHUNK_BYTES = CHECKSUM_BYTES + maxCompressedLength(MAX_CHUNK_DATA_BYTES)

/** A chunk's body that is due. */
export interface DueBody {
  readonly length: number
  /** True when nobody needs the bytes: they may be dropped as they come, and `body()` not be called. */
  readonly skip: boolean
}

/** Decodes snappy frames chunk by chunk, without reading itself: both whole buffers and streams are driven through it. */
export interface FrameDecoder {
  /** Takes a chunk's four header bytes and says what to read next. */
  header(bytes: Uint8Array): DueBody
  /** Takes the body that was due. */
  body(bytes: Uint8Array): void
  /** How many bytes have been decompressed. */
  readonly produced: number
  /** Everything decompressed. */
  output(): Uint8Array
}

/**
 * Makes a decoder of one stream.
 *
 * @param limits.maxBytes - the most decompressed bytes
 * @param limits.maxFramedBytes - the most bytes of frames, headers and all
 */
export function createFrameDecoder(limits: {
  readonly maxBytes: number
  readonly maxFramedBytes: number
}): FrameDecoder {
  const parts: Uint8Array[] = []
  let produced = 0
  let framed = 0
  let identified = false
  let dueType = -1

  const room = (): number => Math.min(MAX_CHUNK_DATA_BYTES, limits.maxBytes - produced)

  function header(bytes: Uint8Array): DueBody {
    const type = bytes[0]!
    const length = bytes[1]! | (bytes[2]! << 8) | (bytes[3]! << 16)
    framed += CHUNK_HEADER_BYTES + length
    if (framed > limits.maxFramedBytes) throw outOfBounds(`they have more than ${limits.maxFramedBytes} bytes`)
    if (!identified && type !== chunkTypes.streamIdentifier) throw invalid('they do not begin with a stream identifier')
    checkLength(type, length)
    dueType = type
    return { length, skip: type >= chunkTypes.unskippableEnd && type !== chunkTypes.streamIdentifier }
  }

  function checkLength(type: number, length: number): void {
    if (type === chunkTypes.streamIdentifier) {
      if (length !== streamIdentifier.length) throw invalid('the stream identifier has another length')
    } else if (type === chunkTypes.compressed || type === chunkTypes.uncompressed) {
      if (length < CHECKSUM_BYTES) throw invalid('a chunk has no checksum')
      if (length > MAX_COMPRESSED_CHUNK_BYTES) throw outOfBounds(`a chunk has ${length} bytes`)
      if (type === chunkTypes.uncompressed && length - CHECKSUM_BYTES > room()) throw tooMuch()
    } else if (type < chunkTypes.unskippableEnd) {
      throw invalid(`a chunk has the unknown type ${type}`)
    }
  }

  function body(bytes: Uint8Array): void {
    if (dueType === chunkTypes.streamIdentifier) {
      if (!streamIdentifier.every((byte, i) => byte === bytes[i])) throw invalid('the stream identifier is another')
      identified = true
      return
    }
    if (dueType !== chunkTypes.compressed && dueType !== chunkTypes.uncompressed) return
    const content = bytes.subarray(CHECKSUM_BYTES)
    const data = dueType === chunkTypes.compressed ? decompressBlock(content, { maxBytes: room() }) : owned(content)
    const checksum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    if (maskedCrc32c(data) !== checksum) {
      throw new LamparaError('snappy_checksum_mismatch', 'Cannot decode snappy frames: a checksum does not match')
    }
    if (data.length > 0) parts.push(data)
    produced += data.length
  }

  return {
    header,
    body,
    output: () => (parts.length === 1 ? parts[0]! : joinBytes(parts)),
    get produced() {
      return produced
    },
  }
}

/** A copy where a small part would keep a whole buffer alive; a reader's own bytes are nobody else's. */
function owned(content: Uint8Array): Uint8Array {
  const alone = content.buffer.byteLength === content.length + CHECKSUM_BYTES
  return alone ? content : content.slice()
}

function invalid(reason: string): LamparaError {
  return new LamparaError('snappy_invalid', `Cannot decode snappy frames: ${reason}`)
}

function outOfBounds(reason: string): LamparaError {
  return new LamparaError('length_out_of_bounds', `Cannot decode snappy frames: ${reason}`)
}

function tooMuch(): LamparaError {
  return outOfBounds('they hold more than was declared')
}
