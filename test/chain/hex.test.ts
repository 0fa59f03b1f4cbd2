import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalBytes, fromHex, toHex } from '../../src/chain/index.ts'
import { isLamparaError } from '../../src/errors/index.ts'

describe('hexadecimal bytes', () => {
  it('come back from their text as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes), bytes.length)).toEqual(bytes)
        expect(fromHex(`0x${toHex(bytes).slice(2).toUpperCase()}`)).toEqual(bytes)
        expect(toHex(bytes)).toBe(`0x${Buffer.from(bytes).toString('hex')}`)
      }),
    )
  })

  it.each(['', '0', 'ab', '0X00', '0x0', '0xg0', '0x0G', '0x0x', '0x 1', '0x1 ', '0x+1', '0x٣٣', '0x00\n0'])(
    'refuses %j with `invalid_argument`',
    (text) => {
      expect(() => fromHex(text)).toThrow(expect.toSatisfy((error) => isLamparaError(error, 'invalid_argument')))
    },
  )

  it('refuses any text that Node would read as less than it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const hex = `0x${text}`
        const isHex = /^([0-9a-f]{2})*$/i.test(text)
        if (isHex) expect(toHex(fromHex(hex))).toBe(hex.toLowerCase())
        else expect(() => fromHex(hex)).toThrow('Cannot read hexadecimal bytes')
      }),
    )
  })

  it('refuses another length than the one that is due, and what is no text', () => {
    expect(() => fromHex('0x0102', 3)).toThrow('2 bytes where 3')
    expect(fromHex('0x')).toEqual(new Uint8Array())
    for (const value of [undefined, null, 12, {}]) expect(() => fromHex(value as unknown as string)).toThrow()
  })

  it('compares bytes by value', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true)
  })
})
