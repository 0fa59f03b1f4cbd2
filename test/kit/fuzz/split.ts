import { type ByteReader, bytesReader } from '../../../src/streams/bytes/byte-reader.ts'
import { seededRandom } from '../seeded-random.ts'

/** A reader over bytes that are cut into pieces, some of them empty; where depends on the bytes alone. */
export function splitReader(bytes: Uint8Array): ByteReader {
  const random = seededRandom(bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, bytes.length))
  // A few hundred pieces at most: more only take longer.
  const most = Math.max([1, 3, 16, 1_024][Math.floor(random() * 4)]!, bytes.length >> 7)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Math.floor(random() * (most + 1))
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return bytesReader(pieces)
}
