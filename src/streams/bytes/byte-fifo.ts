/** Bytes in at one end and out at the other, however they are cut into pieces. */
export interface ByteFifo {
  readonly size: number
  /** Takes bytes, which must not change afterwards: large ones are kept as they are. */
  append(bytes: Uint8Array): void
  /** The first `length` bytes, which never change again. There must be as many. They may keep others' memory alive: copy what stays. */
  take(length: number): Uint8Array
  clear(): void
}

interface Piece {
  readonly bytes: Uint8Array
  start: number
  end: number
  /** Bytes up to which it can be filled; none but blocks of our own have room. */
  readonly capacity: number
}

const BLOCK_BYTES = 4096
/** Shorter ones are joined: a piece for each byte would take many times its memory. */
const MIN_KEPT_BYTES = 1024

/** Makes a {@link ByteFifo}. It holds at most twice the memory of the bytes that wait, and a block of 4 KiB. */
export function createByteFifo(): ByteFifo {
  let pieces: Piece[] = []
  let size = 0

  function append(bytes: Uint8Array): void {
    const { length } = bytes
    if (length === 0) return
    size += length
    const last = pieces.at(-1)
    if (last !== undefined && last.capacity - last.end >= length) {
      fill(last, bytes)
    } else {
      if (last?.start === last?.end) pieces.pop()
      pieces.push(length < MIN_KEPT_BYTES ? blockOf(bytes) : whole(bytes))
    }
  }

  /** Up to `length` bytes of the first piece. */
  function next(length: number): Uint8Array {
    const first = pieces[0]!
    const { start } = first
    first.start = Math.min(start + length, first.end)
    if (first.start === first.end && (pieces.length > 1 || first.end === first.capacity)) pieces.shift()
    return first.bytes.subarray(start, first.start)
  }

  return {
    get size() {
      return size
    },
    append,
    take(length) {
      if (length === 0) return new Uint8Array(0)
      size -= length
      const begin = next(length)
      if (begin.length === length) return begin
      const taken = new Uint8Array(length)
      taken.set(begin)
      for (let at = begin.length; at < length; ) {
        const bytes = next(length - at)
        taken.set(bytes, at)
        at += bytes.length
      }
      return taken
    },
    clear() {
      pieces = []
      size = 0
    },
  }
}

/** The bytes themselves, unless they are a small part of something that they would keep alive. */
function whole(bytes: Uint8Array): Piece {
  const { length } = bytes
  return {
    bytes: length * 2 >= bytes.buffer.byteLength ? bytes : bytes.slice(),
    start: 0,
    end: length,
    capacity: length,
  }
}

function blockOf(bytes: Uint8Array): Piece {
  const block = { bytes: new Uint8Array(BLOCK_BYTES), start: 0, end: 0, capacity: BLOCK_BYTES }
  fill(block, bytes)
  return block
}

/** Never over bytes that were there: those that were taken may still be looked at. */
function fill(piece: Piece, bytes: Uint8Array): void {
  piece.bytes.set(bytes, piece.end)
  piece.end += bytes.length
}
