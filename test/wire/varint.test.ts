import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/chain/index.ts'
import { bytesReader } from '../../src/streams/bytes/byte-reader.ts'
import { decodeVarint, encodeVarint, readVarint } from '../../src/wire/index.ts'
import { failureOf, rejectionOf } from '../kit/wire/failure.ts'

/** As the specification has it, for any 64-bit number. */
function varintOf(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from([...bytes, Number(rest)])
}

describe('varints', () => {
  it('survive the round trip, from bytes and from a reader that is left at their end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), fc.uint8Array({ maxLength: 3 }), async (value, after) => {
        const bytes = Uint8Array.from([...encodeVarint(value), ...after])
        expect(decodeVarint(bytes)).toEqual({ value: BigInt(value), bytes: bytes.length - after.length })
        const reader = bytesReader([...bytes].map((byte) => Uint8Array.of(byte)))
        expect(await readVarint(reader)).toBe(BigInt(value))
        expect(reader.bytesRead).toBe(bytes.length - after.length)
      }),
    )
  })

  it('are read in encodings longer than needed, up to ten bytes', async () => {
    expect(decodeVarint(fromHex('0x81808080808080808000'))).toEqual({ value: 1n, bytes: 10 })
    expect(await readVarint(bytesReader(fromHex('0x81808080808080808000')))).toBe(1n)
  })

  it('are refused beyond ten bytes and beyond 64 bits with `varint_invalid`', async () => {
    for (const hex of ['0x80808080808080808080808010', '0xffffffffffffffffff02', '0xffffffffffffffffff7f']) {
      expect(failureOf(() => decodeVarint(fromHex(hex)))).toBe('varint_invalid')
      expect(await rejectionOf(readVarint(bytesReader(fromHex(hex))))).toBe('varint_invalid')
    }
  })

  it('are read exactly over the full range of 64 bits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt(0n, 2n ** 64n - 1n), async (value) => {
        const bytes = varintOf(value)
        expect(decodeVarint(bytes)).toEqual({ value, bytes: bytes.length })
        expect(await readVarint(bytesReader(bytes))).toBe(value)
      }),
      { examples: [[2n ** 64n - 1n], [2n ** 53n + 1n], [2n ** 63n]] },
    )
  })

  it('that are cut off end with `unexpected_end`', async () => {
    expect(failureOf(() => decodeVarint(fromHex('0x8080')))).toBe('unexpected_end')
    expect(await rejectionOf(readVarint(bytesReader(fromHex('0x8080'))))).toBe('unexpected_end')
  })

  it('are not written for what is no length', () => {
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(failureOf(() => encodeVarint(value))).toBe('invalid_argument')
    }
  })

  it('stop waiting when the signal aborts, with its reason', async () => {
    const reason = new Error('enough')
    await expect(readVarint(bytesReader(Uint8Array.of(1)), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
