import { bytesReader } from '../../../src/streams/bytes/byte-reader.ts'
import { decodeVarint, encodeVarint, readVarint } from '../../../src/wire/index.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

/** Lengths before payloads: from a buffer, and byte by byte from a stream, which must come to the same. */
export function varint(): Target {
  return {
    seeds: [0, 1, 127, 128, 300, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER].map(encodeVarint),
    codes: ['varint_invalid', 'unexpected_end'],
    maxInputBytes: 32,
    async run(input) {
      const streamed = await readVarint(bytesReader(input)).catch((error: unknown) => error)
      let whole: ReturnType<typeof decodeVarint>
      try {
        whole = decodeVarint(input)
      } catch (error) {
        insist(codeOf(streamed) === codeOf(error), `the stream says ${codeOf(streamed)}, the buffer ${codeOf(error)}`)
        throw error
      }
      insist(streamed === whole.value, `the stream says ${streamed}, the buffer ${whole.value}`)
      if (whole.value > Number.MAX_SAFE_INTEGER) return 'longer than any payload'
      const again = encodeVarint(Number(whole.value))
      if (again.length !== whole.bytes) return 'not minimal'
      insistSame(again, input.subarray(0, whole.bytes), 'another encoding of the same length')
      return 'minimal'
    },
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}
