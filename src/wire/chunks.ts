import { LamparaError } from '../errors/index.ts'
import type { ByteReader } from '../streams/bytes/byte-reader.ts'
import { joinBytes } from './join-bytes.ts'
import { encodeFrames, readFrames } from './snappy-frames.ts'
import { encodeVarint, readVarint } from './varint.ts'

/** ErrorMessage is a list of at most this many bytes (phase0/p2p-interface.md). */
const MAX_ERROR_MESSAGE_BYTES = 256
const CONTEXT_BYTES = 4
/** MAX_PAYLOAD_SIZE (phase0/p2p-interface.md): the most SSZ bytes that a message may have, whatever its type allows. */
export const MAX_PAYLOAD_BYTES = 10 * 1024 * 1024
const SUCCESS = 0

/** How many bytes of SSZ a payload may have, both ends included, checked before they are read. */
export interface PayloadBounds {
  readonly minBytes: number
  readonly maxBytes: number
}

/** How a response chunk begins: what follows is context and payload, or nothing. */
export type ChunkHead =
  | { readonly result: 'success' }
  | { readonly result: 'error'; readonly code: number; readonly message: string }

/**
 * A request's bytes: its length and its frames. A request without content is no bytes at all, and needs no encoding.
 *
 * @throws LamparaError `invalid_argument` for more than 10 MiB
 */
export function encodeRequest(ssz: Uint8Array): Uint8Array {
  if (ssz.length > MAX_PAYLOAD_BYTES) {
    throw new LamparaError('invalid_argument', `Cannot encode a payload: ${ssz.length} bytes are more than 10 MiB`)
  }
  return joinBytes([encodeVarint(ssz.length), encodeFrames(ssz)])
}

/**
 * A successful response chunk.
 *
 * @param contextBytes - the fork digest, for methods with a context
 * @throws LamparaError `invalid_argument` for more than 10 MiB
 */
export function encodeChunk(ssz: Uint8Array, contextBytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  if (contextBytes.length !== 0 && contextBytes.length !== CONTEXT_BYTES) {
    const reason = `the context has ${contextBytes.length} bytes, not ${CONTEXT_BYTES}`
    throw new LamparaError('invalid_argument', `Cannot encode a response chunk: ${reason}`)
  }
  return joinBytes([Uint8Array.of(SUCCESS), contextBytes, encodeRequest(ssz)])
}

/**
 * An unsuccessful response chunk, after which a responder closes.
 *
 * @param code - 1 invalid request, 2 server error, 3 resource unavailable; up to 255
 * @param message - for people; cut to 256 bytes of UTF-8, at the end of a character
 */
export function encodeErrorChunk(code: number, message: string): Uint8Array {
  if (!Number.isInteger(code) || code < 1 || code > 255) {
    throw new LamparaError('invalid_argument', `Cannot encode an error chunk: ${code} is no error code`)
  }
  const bytes = new Uint8Array(MAX_ERROR_MESSAGE_BYTES)
  const { written } = new TextEncoder().encodeInto(message, bytes)
  return joinBytes([Uint8Array.of(code), encodeRequest(bytes.subarray(0, written))])
}

/**
 * Reads a request. What a requester sends beyond it is not waited for: some close late, and the answer need not wait for that.
 *
 * @throws LamparaError as `readPayload()` does
 */
export function readRequest(
  reader: ByteReader,
  options: PayloadBounds & { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  return readPayload(reader, options)
}

/**
 * Reads a response chunk's result, and the message with it when that is an error. A responder that closes right after the
 * code has given an empty message.
 *
 * @throws LamparaError when an error's message is malformed or has more than 256 bytes, as `readPayload()` does
 */
export async function readChunkHead(reader: ByteReader, options: { signal?: AbortSignal } = {}): Promise<ChunkHead> {
  const [code = SUCCESS] = await reader.read(1, options)
  if (code === SUCCESS) return { result: 'success' }
  if (!(await reader.hasMore(options))) return { result: 'error', code, message: '' }
  const bytes = await readPayload(reader, { minBytes: 0, maxBytes: MAX_ERROR_MESSAGE_BYTES, ...options })
  return { result: 'error', code, message: readable(bytes) }
}

/** A peer's words, without what could steer a terminal or turn a line's direction. Any bytes are valid. */
function readable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** Reads the four context bytes of a chunk. */
export function readContext(reader: ByteReader, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
  return reader.read(CONTEXT_BYTES, options)
}

/**
 * Reads a length and the frames that hold as many bytes.
 *
 * @throws LamparaError `length_out_of_bounds` when the length is not within the bounds, before the frames are read, or the
 *   frames are larger than it allows; `varint_invalid`; `snappy_invalid`; `snappy_checksum_mismatch`; what the reader throws
 */
export async function readPayload(
  reader: ByteReader,
  options: PayloadBounds & { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const { minBytes, signal } = options
  const maxBytes = Math.min(options.maxBytes, MAX_PAYLOAD_BYTES)
  const read = signal === undefined ? {} : { signal }
  const length = await readVarint(reader, read)
  if (length < minBytes || length > maxBytes) {
    const reason = `${length} bytes are not within ${minBytes} and ${maxBytes}`
    throw new LamparaError('length_out_of_bounds', `Cannot read a payload: ${reason}`)
  }
  return readFrames(reader, Number(length), read)
}
