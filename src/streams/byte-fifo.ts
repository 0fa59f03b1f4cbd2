/** Bytes in at one end and out at the other, in one block of memory however small the pieces that come. */
export interface ByteFifo {
  readonly size: number
  append(bytes: Uint8Array): void
  /** The first `length` bytes, as a copy. There must be as many. */
  take(length: number): Uint8Array
  clear(): void
}

const MIN_CAPACITY = 4096
/** An empty block larger than this is given back. */
const MAX_IDLE_CAPACITY = 64 * 1024

/** Makes a {@link ByteFifo}. It holds at most twice the memory of the most bytes that waited, or 64 KiB. */
export function createByteFifo(): ByteFifo {
  let block = new Uint8Array(0)
  let start = 0
  let end = 0

  function makeRoom(length: number): void {
    const size = end - start
    if (end + length <= block.length) return
    if (size + length <= block.length) {
      block.copyWithin(0, start, end)
    } else {
      let capacity = Math.max(MIN_CAPACITY, block.length)
      while (capacity < size + length) capacity *= 2
      const larger = new Uint8Array(capacity)
      larger.set(block.subarray(start, end))
      block = larger
    }
    start = 0
    end = size
  }

  function clear(): void {
    start = 0
    end = 0
    if (block.length > MAX_IDLE_CAPACITY) block = new Uint8Array(0)
  }

  return {
    get size() {
      return end - start
    },
    append(bytes) {
      makeRoom(bytes.length)
      block.set(bytes, end)
      end += bytes.length
    },
    take(length) {
      const taken = block.slice(start, start + length)
      start += length
      if (start === end) clear()
      return taken
    },
    clear,
  }
}
