import { LamparaError } from '../errors/index.ts'
import type { ByteReader } from '../streams/bytes/byte-reader.ts'

/** An unsigned 64-bit varint has at most this many bytes. */
const MAX_VARINT_BYTES = 10

/** Encodes a length as an unsigned protobuf varint. @throws LamparaError `invalid_argument` for anything but a safe, non-negative integer */
export function encodeVarint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new LamparaError('invalid_argument', `Cannot encode ${value} as a varint`)
  }
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/** A varint within bytes, and where it ends. */
export interface DecodedVarint {
  /** 0 to 2^64 − 1. */
  readonly value: bigint
  readonly bytes: number
}

/**
 * Decodes the varint that bytes begin with.
 *
 * @throws LamparaError `varint_invalid` when it has more than 10 bytes or is beyond 2^64 − 1; `unexpected_end` when it is cut off
 */
export function decodeVarint(bytes: Uint8Array): DecodedVarint {
  let value = 0n
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[i]
    if (byte === undefined) throw new LamparaError('unexpected_end', 'Cannot decode a varint: it is cut off')
    value |= BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte < 0x80) return { value: within64Bits(value), bytes: i + 1 }
  }
  throw tooLong()
}

/**
 * Reads an unsigned protobuf varint, byte by byte. Encodings that are not minimal are taken, as the specification lets them be.
 *
 * @returns the value, 0 to 2^64 − 1
 * @throws LamparaError `varint_invalid` when it has more than 10 bytes or is beyond 2^64 − 1; what the reader throws
 */
export async function readVarint(reader: ByteReader, options: { signal?: AbortSignal } = {}): Promise<bigint> {
  const bytes = new Uint8Array(MAX_VARINT_BYTES)
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const [byte = 0] = await reader.read(1, options)
    bytes[i] = byte
    if (byte < 0x80) return decodeVarint(bytes.subarray(0, i + 1)).value
  }
  throw tooLong()
}

function within64Bits(value: bigint): bigint {
  if (value >> 64n !== 0n) throw new LamparaError('varint_invalid', 'Cannot decode a varint: it is beyond 2^64 − 1')
  return value
}

function tooLong(): LamparaError {
  return new LamparaError('varint_invalid', `Cannot decode a varint: it has more than ${MAX_VARINT_BYTES} bytes`)
}
