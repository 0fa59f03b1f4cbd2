import { encodeFrames, encodeVarint } from '../../../src/wire/index.ts'

/** What comes before a payload's length: nothing in a request, code and context in a chunk. */
type HeadBytes = number

/** Bytes of the code and of the context before a chunk's length. */
export const CHUNK_HEAD_BYTES = 5
/** A request begins with its length. */
export const REQUEST_HEAD_BYTES = 0

/** Pieces as one. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** A copy with other bytes at a place. */
export function patched(bytes: Uint8Array, at: number, patch: readonly number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(patch, at)
  return copy
}

/** The same frames under another length. */
export function relabelled(bytes: Uint8Array, head: HeadBytes, length: number): Uint8Array {
  return joinBytes([bytes.slice(0, head), encodeVarint(length), bytes.slice(framesAt(bytes, head))])
}

/** The same length before other frames. */
export function withFrames(bytes: Uint8Array, head: HeadBytes, change: (frames: Uint8Array) => Uint8Array): Uint8Array {
  const start = framesAt(bytes, head)
  return joinBytes([bytes.slice(0, start), change(bytes.slice(start))])
}

function framesAt(bytes: Uint8Array, head: HeadBytes): number {
  return head + bytes.subarray(head).findIndex((byte) => byte < 0x80) + 1
}

/** What is wrong with a payload, with the code that its reader must give it. Requests and chunks alike have one. */
export const payloadFaults: Readonly<
  Record<string, { readonly code: string; readonly corrupt: (bytes: Uint8Array, head: HeadBytes) => Uint8Array }>
> = {
  'a payload cut short': { code: 'unexpected_end', corrupt: (bytes) => bytes.slice(0, -1) },
  'a length below the least': { code: 'length_out_of_bounds', corrupt: (bytes, head) => relabelled(bytes, head, 1) },
  'a length beyond the most': {
    code: 'length_out_of_bounds',
    corrupt: (bytes, head) => relabelled(bytes, head, 1 << 30),
  },
  'a length of terabytes': { code: 'length_out_of_bounds', corrupt: (bytes, head) => relabelled(bytes, head, 2 ** 42) },
  'a length of 11 bytes': {
    code: 'varint_invalid',
    corrupt: (bytes, head) => joinBytes([bytes.slice(0, head), new Uint8Array(11).fill(0x80)]),
  },
  'frames without their identifier': {
    code: 'snappy_invalid',
    corrupt: (bytes, head) => withFrames(bytes, head, (frames) => frames.slice(10)),
  },
  'a frame of a reserved type': {
    code: 'snappy_invalid',
    corrupt: (bytes, head) => withFrames(bytes, head, (frames) => patched(frames, 10, [0x02])),
  },
  'a wrong checksum': {
    code: 'snappy_checksum_mismatch',
    corrupt: (bytes, head) => withFrames(bytes, head, (frames) => patched(frames, 14, [frames[14]! ^ 1])),
  },
  'a compression bomb': {
    code: 'length_out_of_bounds',
    corrupt: (bytes, head) => withFrames(bytes, head, () => encodeFrames(new Uint8Array(1 << 24))),
  },
  'padding without end': {
    code: 'length_out_of_bounds',
    corrupt: (bytes, head) =>
      withFrames(bytes, head, (frames) => joinBytes([frames.slice(0, 10), ...Array(8).fill(padding(60_000))])),
  },
}

/** A chunk of padding (type 0xfe), which a reader must skip. */
function padding(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length)
  bytes.set([0xfe, length & 0xff, (length >> 8) & 0xff, length >> 16])
  return bytes
}
