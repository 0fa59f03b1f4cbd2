import { setImmediate } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { encodeChunk } from '../../../src/wire/index.ts'
import { flood, otherHalfClosed, sendSlowly } from './streams.ts'
import { CHUNK_HEAD_BYTES, joinBytes, patched, payloadFaults } from './tampering.ts'

/** How a responder behaves, given the chunks that a right answer would have. */
export type Responder = (stream: Stream, chunks: readonly Uint8Array[]) => Promise<void> | void

/** What a responder sends instead of the right bytes, before it closes in good order. */
export type Corruption = (chunks: readonly Uint8Array[]) => Uint8Array

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
    await sendSlowly(stream, joinBytes(chunks))
    await stream.close()
  },
  /** Never closes its half. */
  lingering: (stream, chunks) => {
    stream.send(joinBytes(chunks))
  },
  /** Closes its half after the asker's, which came first. */
  'late closing': async (stream, chunks) => {
    stream.send(joinBytes(chunks))
    await otherHalfClosed(stream)
    await setImmediate()
    await stream.close()
  },
  /** Goes on and on once it has said everything. */
  babbling: async (stream, chunks) => {
    stream.send(joinBytes(chunks))
    await flood(stream, new Uint8Array(10_000))
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
  endless: (stream, chunks) => flood(stream, chunks[0]!),
  /** Half a chunk, then a reset. */
  resetting: async (stream, chunks) => {
    stream.send(chunks[0]!.slice(0, chunks[0]!.length / 2))
    await setImmediate()
    stream.abort(new Error('reset by test'))
  },
} satisfies Record<string, Responder>

/** Responders that break off. */
export const breakingResponders = {
  /** A reset in the turn in which the stream opens. */
  'resetting at once': (stream) => stream.abort(new Error('reset by test')),
  /** A chunk, then a reset at its boundary. */
  'resetting after a chunk': async (stream, chunks) => {
    stream.send(chunks[0]!)
    await otherHalfClosed(stream)
    stream.abort(new Error('reset by test'))
  },
  /** Its half is closed in the turn in which the stream opens. */
  'closing at once': (stream) => stream.close(),
  /** A chunk, then its half is closed, although there are others. */
  'closing after a chunk': sends(([first]) => first!),
} satisfies Record<string, Responder>

/** Answers that are wrong, of a method with context bytes, with the code that a requester must give them. */
export const corruptions: Readonly<Record<string, { readonly code: string; readonly corrupt: Corruption }>> = {
  'a chunk cut within its context': { code: 'unexpected_end', corrupt: ([first]) => first!.slice(0, 3) },
  'a result byte alone': { code: 'unexpected_end', corrupt: ([first]) => first!.slice(0, 1) },
  'an unknown context': { code: 'context_unknown', corrupt: ([first]) => patched(first!, 1, [0xde, 0xad, 0xbe, 0xef]) },
  ...Object.fromEntries(
    Object.entries(payloadFaults).map(([name, { code, corrupt }]) => [
      name,
      { code, corrupt: ([first]: readonly Uint8Array[]) => corrupt(first!, CHUNK_HEAD_BYTES) },
    ]),
  ),
}

/** A chunk whose SSZ is right in length and wrong in content. */
export function chunkOf(ssz: Uint8Array, like: Uint8Array): Uint8Array {
  return encodeChunk(ssz, like.slice(1, CHUNK_HEAD_BYTES))
}
