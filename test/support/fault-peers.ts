import { setImmediate } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { encodeChunk, encodeFrames, encodeVarint } from '../../src/wire/index.ts'

/** How a responder behaves, given the chunks that a right answer would have. */
export type Responder = (stream: Stream, chunks: readonly Uint8Array[]) => Promise<void> | void

/** What a responder sends instead of the right bytes, before it closes in good order. */
export type Corruption = (chunks: readonly Uint8Array[]) => Uint8Array

/** Bytes of the code and of the context before a chunk's length. */
const HEAD_BYTES = 5

/** Sends bytes, then closes its half. */
export function sends(corrupt: Corruption): Responder {
  return async (stream, chunks) => {
    stream.send(corrupt(chunks))
    await stream.close()
  }
}

/** Odd but allowed: a requester must take these for what they are. */
export const oddResponders = {
  /** Everything in one frame of the muxer. */
  coalescing: sends(joinBytes),
  /** Each byte in a frame of its own, in one go. */
  splitting: async (stream, chunks) => {
    for (const byte of joinBytes(chunks)) stream.send(Uint8Array.of(byte))
    await stream.close()
  },
  /** Each byte on its own, with other work in between. */
  slow: async (stream, chunks) => {
    for (const byte of joinBytes(chunks)) {
      if (stream.status !== 'open') return
      stream.send(Uint8Array.of(byte))
      await setImmediate()
    }
    await stream.close()
  },
  /** Never closes its half. */
  lingering: (stream, chunks) => {
    stream.send(joinBytes(chunks))
  },
} satisfies Record<string, Responder>

/** Responders that never get to the end of what they began. */
export const stuckResponders = {
  /** Not a byte. */
  silent: () => {},
  /** The first byte and no more. */
  stalling: (stream, chunks) => {
    stream.send(joinBytes(chunks).slice(0, 1))
  },
  /** All but the last byte of the first chunk. */
  withholding: (stream, chunks) => {
    stream.send(chunks[0]!.slice(0, -1))
  },
  /** One chunk and no more, although there are others. */
  stopping: (stream, chunks) => {
    stream.send(chunks[0]!)
  },
  /** The first chunk again and again. */
  endless: async (stream, chunks) => {
    while (stream.status === 'open') {
      if (!stream.send(chunks[0]!)) await drained(stream)
      else await setImmediate()
    }
  },
  /** Half a chunk, then a reset. */
  resetting: async (stream, chunks) => {
    stream.send(chunks[0]!.slice(0, chunks[0]!.length / 2))
    await setImmediate()
    stream.abort(new Error('reset by test'))
  },
} satisfies Record<string, Responder>

/** Answers that are wrong, of a method with context bytes, with the code that a requester must give them. */
export const corruptions: Readonly<Record<string, { readonly code: string; readonly corrupt: Corruption }>> = {
  'a chunk cut short': { code: 'unexpected_end', corrupt: ([first]) => first!.slice(0, -1) },
  'a chunk cut within its context': { code: 'unexpected_end', corrupt: ([first]) => first!.slice(0, 3) },
  'a result byte alone': { code: 'unexpected_end', corrupt: ([first]) => first!.slice(0, 1) },
  'an unknown context': { code: 'context_unknown', corrupt: ([first]) => patched(first!, 1, [0xde, 0xad, 0xbe, 0xef]) },
  'a length below the least': { code: 'length_out_of_bounds', corrupt: ([first]) => relabelled(first!, 1) },
  'a length beyond the most': { code: 'length_out_of_bounds', corrupt: ([first]) => relabelled(first!, 1 << 30) },
  'a length of 11 bytes': {
    code: 'varint_invalid',
    corrupt: ([first]) => joinBytes([first!.slice(0, HEAD_BYTES), new Uint8Array(11).fill(0x80)]),
  },
  'frames without their identifier': {
    code: 'snappy_invalid',
    corrupt: ([first]) => withFrames(first!, (frames) => frames.slice(10)),
  },
  'a frame of a reserved type': {
    code: 'snappy_invalid',
    corrupt: ([first]) => withFrames(first!, (frames) => patched(frames, 10, [0x02])),
  },
  'a wrong checksum': {
    code: 'snappy_checksum_mismatch',
    corrupt: ([first]) => withFrames(first!, (frames) => patched(frames, 14, [frames[14]! ^ 1])),
  },
  'a compression bomb': {
    code: 'length_out_of_bounds',
    corrupt: ([first]) => withFrames(first!, () => encodeFrames(new Uint8Array(1 << 24))),
  },
  'padding without end': {
    code: 'length_out_of_bounds',
    corrupt: ([first]) =>
      withFrames(first!, (frames) => joinBytes([frames.slice(0, 10), ...Array(8).fill(padding(60_000))])),
  },
}

/** A chunk whose SSZ is right in length and wrong in content. */
export function chunkOf(ssz: Uint8Array, like: Uint8Array): Uint8Array {
  return encodeChunk(ssz, like.slice(1, HEAD_BYTES))
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function patched(bytes: Uint8Array, at: number, patch: readonly number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(patch, at)
  return copy
}

function lengthBytes(chunk: Uint8Array): number {
  return chunk.subarray(HEAD_BYTES).findIndex((byte) => byte < 0x80) + 1
}

function relabelled(chunk: Uint8Array, length: number): Uint8Array {
  return joinBytes([chunk.slice(0, HEAD_BYTES), encodeVarint(length), chunk.slice(HEAD_BYTES + lengthBytes(chunk))])
}

function withFrames(chunk: Uint8Array, change: (frames: Uint8Array) => Uint8Array): Uint8Array {
  const start = HEAD_BYTES + lengthBytes(chunk)
  return joinBytes([chunk.slice(0, start), change(chunk.slice(start))])
}

/** A chunk of padding (type 0xfe), which a reader must skip. */
function padding(length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length)
  bytes.set([0xfe, length & 0xff, (length >> 8) & 0xff, length >> 16])
  return bytes
}

function drained(stream: Stream): Promise<void> {
  return new Promise((resolve) => {
    stream.addEventListener('drain', () => resolve(), { once: true })
    stream.addEventListener('close', () => resolve(), { once: true })
  })
}
