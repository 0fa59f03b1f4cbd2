/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78

const SLICES = 8

/** `tables[256 * k + b]` is the remainder of byte `b` followed by `k` zero bytes: eight bytes are taken in one step. */
let tables: Int32Array | undefined

function buildTables(): Int32Array {
  const built = new Int32Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1
    built[byte] = remainder
  }
  for (let i = 256; i < built.length; i++) {
    const shorter = built[i - 256]!
    built[i] = (shorter >>> 8) ^ built[shorter & 0xff]!
  }
  return built
}

/** CRC-32C (RFC 3720, appendix B.4) of bytes, as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  tables ??= buildTables()
  const table = tables
  let crc = -1
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const end = bytes.length - (bytes.length % SLICES); at < end; at += SLICES) {
    const low = crc ^ view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    crc =
      table[1792 + (low & 0xff)]! ^
      table[1536 + ((low >>> 8) & 0xff)]! ^
      table[1280 + ((low >>> 16) & 0xff)]! ^
      table[1024 + (low >>> 24)]! ^
      table[768 + (high & 0xff)]! ^
      table[512 + ((high >>> 8) & 0xff)]! ^
      table[256 + ((high >>> 16) & 0xff)]! ^
      table[high >>> 24]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** The checksum as snappy frames carry it: rotated and offset (framing_format.txt, section 3). */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
