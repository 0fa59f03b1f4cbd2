import { fromHex, toHex } from '../../../src/chain/index.ts'
import { insist, type Target } from '../engine/target.ts'

/** Hexadecimal text. */
export function hex(): Target {
  return {
    seeds: ['0x', '0x00', '0xffABcd', `0x${'5a'.repeat(32)}`].map((text) => new TextEncoder().encode(text)),
    codes: ['invalid_argument'],
    maxInputBytes: 512,
    tokens: ['0x', '0X', 'ff', 'Ⅷ', '\u{1d7d8}', 'g', ' '],
    run(input) {
      const text = new TextDecoder().decode(input)
      const bytes = fromHex(text)
      insist(toHex(bytes) === text.toLowerCase(), 'is not what it was made of')
      return ''
    },
  }
}
