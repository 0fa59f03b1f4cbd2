import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, type Hex, toHex } from '../../src/chain/index.ts'
import { bytesReader } from '../../src/streams/bytes/byte-reader.ts'
import {
  decodeVarint,
  encodeChunk,
  encodeErrorChunk,
  encodeFrames,
  encodeRequest,
  encodeVarint,
  readChunkHead,
  readContext,
  readPayload,
  readRequest,
} from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { failureOf, rejectionOf } from '../kit/wire/failure.ts'

interface LodestarMessage {
  readonly type: string
  readonly request_or_payload_chunks: readonly Hex[]
  readonly async_chunks: readonly Hex[]
  readonly ssz_length_from_varint: number
}

interface LodestarError {
  readonly name: string
  readonly bytes: Hex
  readonly code: number
  readonly message: string
}

const messages = (fixtures.available ? fixtures.json('reqresp/lodestar-messages.json') : {}) as Record<
  string,
  LodestarMessage
>
const lodestarMessages = Object.entries(messages).filter(([name]) => name !== '_note')
const lodestarErrors = (
  fixtures.available ? fixtures.json('reqresp/lodestar-error-responses.json') : []
) as LodestarError[]

const anyLength = { minBytes: 0, maxBytes: 1000 }

function joined(parts: readonly Hex[]): Uint8Array {
  return fromHex(`0x${parts.map((part) => part.slice(2)).join('')}`)
}

describe('response chunks', () => {
  it('follow each other without a gap, however their bytes are cut', async () => {
    const chunk = fc.record({
      context: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      ssz: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (chunks, places) => {
          const bytes = new Uint8Array(Buffer.concat(chunks.map(({ context, ssz }) => encodeChunk(ssz, context))))
          const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
            (a, b) => a - b,
          )
          const reader = bytesReader(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)))
          for (const { context, ssz } of chunks) {
            expect(await reader.hasMore()).toBe(true)
            expect(await readChunkHead(reader)).toEqual({ result: 'success' })
            expect(toHex(await readContext(reader))).toBe(toHex(context))
            expect(toHex(await readPayload(reader, anyLength))).toBe(toHex(ssz))
          }
          expect(await reader.hasMore()).toBe(false)
        },
      ),
    )
  })

  it('that are errors carry their code and message', async () => {
    for (const message of ['', 'no such block', '…', 'x'.repeat(256)]) {
      for (const code of [1, 2, 3, 139, 255]) {
        const reader = bytesReader(encodeErrorChunk(code, message))
        expect(await readChunkHead(reader)).toEqual({ result: 'error', code, message })
      }
    }
  })

  it('cut a long message at the end of a character, within 256 bytes', async () => {
    for (const [message, kept] of [
      ['x'.repeat(300), 'x'.repeat(256)],
      [`${'x'.repeat(255)}é`, 'x'.repeat(255)],
      ['😀'.repeat(100), '😀'.repeat(64)],
      [`xx${'😀'.repeat(100)}`, `xx${'😀'.repeat(63)}`],
    ] as const) {
      expect(await readChunkHead(bytesReader(encodeErrorChunk(2, message)))).toMatchObject({ message: kept })
    }
  })

  it('take any bytes for a message, and make them safe to show', async () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0x1b, 0x5b, 0x0a, 0xe2, 0x80, 0xae, 0x62)
    const reader = bytesReader(Uint8Array.of(1, ...encodeRequest(bytes)))
    expect(await readChunkHead(reader)).toEqual({
      result: 'error',
      code: 1,
      message: 'a\ufffd\ufffd\ufffd[\ufffd\ufffdb',
    })
  })

  it('with a message beyond 256 bytes are refused before it is read', async () => {
    const reader = bytesReader(Uint8Array.of(1, ...encodeVarint(257)))
    expect(await rejectionOf(readChunkHead(reader))).toBe('length_out_of_bounds')
  })

  it('cannot be made with a context of another length than four, nor with a code that is not one', () => {
    expect(failureOf(() => encodeChunk(new Uint8Array(1), new Uint8Array(3)))).toBe('invalid_argument')
    for (const code of [0, 256, -1, 1.5]) expect(failureOf(() => encodeErrorChunk(code, ''))).toBe('invalid_argument')
  })

  it('that stop within their head, context, length or frames end with `unexpected_end`', async () => {
    const bytes = encodeChunk(new Uint8Array(200), fromHex('0x01020304'))
    for (let length = 0; length < bytes.length; length++) {
      const reader = bytesReader(bytes.subarray(0, length))
      const read = async (): Promise<void> => {
        await readChunkHead(reader)
        await readContext(reader)
        await readPayload(reader, anyLength)
      }
      expect(await rejectionOf(read())).toBe('unexpected_end')
    }
  })
})

describe('payloads', () => {
  it.each([
    [99, 'length_out_of_bounds'],
    [100, undefined],
    [200, undefined],
    [201, 'length_out_of_bounds'],
  ])('of %i bytes, where 100 to 200 are due, end with %s', async (length, code) => {
    const reader = bytesReader(encodeRequest(new Uint8Array(length)))
    expect(await rejectionOf(readRequest(reader, { minBytes: 100, maxBytes: 200 }))).toBe(code)
  })

  it('are refused by their length alone, before anything more is read', async () => {
    for (const hex of ['0xffffffffffffffffff01', '0xe907'] as const) {
      const reader = bytesReader(fromHex(hex))
      expect(await rejectionOf(readPayload(reader, anyLength))).toBe('length_out_of_bounds')
      expect(reader.bytesRead).toBe(fromHex(hex).length)
    }
  })

  it('whose frames hold less or more than the length says are refused', async () => {
    const less = Uint8Array.of(...encodeVarint(11), ...encodeFrames(new Uint8Array(10)))
    expect(await rejectionOf(readPayload(bytesReader(less), anyLength))).toBe('unexpected_end')
    const more = Uint8Array.of(...encodeVarint(9), ...encodeFrames(new Uint8Array(10)))
    expect(await rejectionOf(readPayload(bytesReader(more), anyLength))).toBe('length_out_of_bounds')
  })

  it('at random end with bytes of the declared length or a coded error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await rejectionOf(readPayload(bytesReader(bytes), anyLength))
        await rejectionOf(readChunkHead(bytesReader(bytes)))
      }),
    )
  })
})

describe.skipIf(!fixtures.available)('messages recorded from Lodestar', () => {
  it.each(lodestarMessages)('%s are read, in one piece and in many', async (_, message) => {
    for (const parts of [message.request_or_payload_chunks, message.async_chunks]) {
      const bytes = joined(parts)
      const length = Number(decodeVarint(bytes).value)
      const bounds = { minBytes: length, maxBytes: length }
      const whole = await readPayload(bytesReader(bytes), bounds)
      expect(whole).toHaveLength(length)
      const pieces = await readPayload(bytesReader(parts.map((part) => fromHex(part))), bounds)
      expect(toHex(pieces)).toBe(toHex(whole))
      const single = [...bytes].map((byte) => Uint8Array.of(byte))
      expect(toHex(await readPayload(bytesReader(single), bounds))).toBe(toHex(whole))
      expect(toHex(await readPayload(bytesReader(encodeRequest(whole)), bounds))).toBe(toHex(whole))
    }
  })

  it.each(lodestarErrors)('$name is read', async ({ bytes, code, message }) => {
    expect(await readChunkHead(bytesReader(fromHex(bytes)))).toEqual({ result: 'error', code, message })
  })

  it('that are invalid are refused', async () => {
    const [varint, short] = fixtures.json('reqresp/lodestar-decoding-errors.json') as { bytes: Hex }[]
    const status = { minBytes: 84, maxBytes: 84 }
    expect(await rejectionOf(readRequest(bytesReader(fromHex(varint!.bytes)), status))).toBe('varint_invalid')
    expect(await rejectionOf(readRequest(bytesReader(fromHex(short!.bytes)), status))).toBe('length_out_of_bounds')
  })
})
