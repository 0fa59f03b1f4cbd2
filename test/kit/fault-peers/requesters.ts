import { setImmediate } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { flood, sendSlowly } from './streams.ts'
import { joinBytes, payloadFaults, REQUEST_HEAD_BYTES } from './tampering.ts'

/** How a requester behaves on a stream that it opened, given the bytes of a right request. */
export type Requester = (stream: Stream, request: Uint8Array) => Promise<void> | void

/** Odd but allowed: a responder must answer these like any other. */
export const oddRequesters = {
  /** Each byte in a frame of its own, in one go. */
  splitting: async (stream, request) => {
    for (const byte of request) stream.send(Uint8Array.of(byte))
    await stream.close()
  },
  /** Each byte on its own, with other work in between. */
  slow: async (stream, request) => {
    await sendSlowly(stream, request)
    await stream.close()
  },
  /** Two requests in one frame of the muxer: the second belongs to nobody. */
  coalescing: async (stream, request) => {
    stream.send(joinBytes([request, request]))
    await stream.close()
  },
  /** Never closes its half. */
  'late closing': (stream, request) => {
    stream.send(request)
  },
  /** Goes on and on once it has asked. */
  flooding: async (stream, request) => {
    stream.send(request)
    await flood(stream, new Uint8Array(10_000))
  },
} satisfies Record<string, Requester>

/** Requesters that never get to the end of their request, and keep the stream open. */
export const stuckRequesters = {
  /** Not a byte. */
  silent: () => {},
  /** The first byte and no more. */
  stalling: (stream, request) => {
    stream.send(request.slice(0, 1))
  },
  /** All but the last byte. */
  withholding: (stream, request) => {
    stream.send(request.slice(0, -1))
  },
} satisfies Record<string, Requester>

/** Requesters that go before their request is whole. */
export const breakingRequesters = {
  /** A reset in the turn in which the stream opens. */
  'resetting at once': (stream) => stream.abort(new Error('reset by test')),
  /** Half a request, then a reset. */
  'resetting within its request': async (stream, request) => {
    stream.send(request.slice(0, request.length / 2))
    await setImmediate()
    stream.abort(new Error('reset by test'))
  },
} satisfies Record<string, Requester>

/** Requests that are wrong, with the code for what is wrong with them. */
export const wrongRequests: Readonly<
  Record<string, { readonly code: string; readonly corrupt: (request: Uint8Array) => Uint8Array }>
> = {
  'nothing at all': { code: 'unexpected_end', corrupt: () => new Uint8Array(0) },
  'a length alone': { code: 'unexpected_end', corrupt: (request) => request.slice(0, 1) },
  'a context, which requests lack': {
    code: 'length_out_of_bounds',
    corrupt: (request) => joinBytes([Uint8Array.of(0xde, 0xad, 0xbe, 0xef), request]),
  },
  ...Object.fromEntries(
    Object.entries(payloadFaults).map(([name, { code, corrupt }]) => [
      name,
      { code, corrupt: (request: Uint8Array) => corrupt(request, REQUEST_HEAD_BYTES) },
    ]),
  ),
}

/** Sends bytes, then closes its half. */
export async function asks(stream: Stream, bytes: Uint8Array): Promise<void> {
  if (bytes.length > 0) stream.send(bytes)
  await stream.close()
}
