import { type ByteReader, createReader } from './exact-reader.ts'

const PIECE_BYTES = 64 * 1024

/**
 * A reader over bytes that are there already.
 *
 * @param bytes - one piece, or several that are read as if joined
 */
export function bytesReader(bytes: Uint8Array | readonly Uint8Array[]): ByteReader {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes
  let next = 0
  let offset = 0
  return createReader((sink) => ({
    demand(_, wanted) {
      while (sink.buffered < wanted) {
        const piece = pieces[next]
        if (piece === undefined) return sink.end()
        sink.push(piece.subarray(offset, offset + PIECE_BYTES))
        offset += PIECE_BYTES
        if (offset < piece.length) continue
        next++
        offset = 0
      }
    },
    detach() {},
  }))
}
