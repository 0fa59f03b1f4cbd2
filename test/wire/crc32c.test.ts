import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c, maskedCrc32c } from '../../src/wire/index.ts'

/** Bit by bit, as RFC 3720 defines it. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

describe('crc32c()', () => {
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('gives the published checksum of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('agrees with the definition for any bytes, at any offset in their buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(16), (bytes, offset) => {
        const view = new Uint8Array(bytes.length + offset).subarray(offset)
        view.set(bytes)
        expect(crc32c(view)).toBe(bitwise(bytes))
      }),
    )
  })

  it('is masked as the framing format says', () => {
    const crc = bitwise(new TextEncoder().encode('abcd'))
    expect(maskedCrc32c(new TextEncoder().encode('abcd'))).toBe((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
    expect(maskedCrc32c(new TextEncoder().encode('abcd'))).toBe(0xb6e61068)
  })
})
