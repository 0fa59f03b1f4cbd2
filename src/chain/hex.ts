import { LamparaError } from '../errors/index.ts'

/** Bytes as `0x…`, lower case. */
export type Hex = `0x${string}`

const byteTexts: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Writes bytes as `0x…`, lower case. */
export function toHex(bytes: Uint8Array): Hex {
  let text = '0x'
  for (const byte of bytes) text += byteTexts[byte]
  return text as Hex
}

/** The value of a hexadecimal digit's character code, or NaN. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : Number.NaN
}

/**
 * Reads bytes from `0x…`, upper or lower case.
 *
 * @param hex - the text; `0x` alone is no bytes
 * @param expectedLength - how many bytes it must hold; any number by default
 * @throws {@link LamparaError} `invalid_argument` when the prefix is missing, a digit is not one, the last byte is half,
 *   or the length differs
 */
export function fromHex(hex: string, expectedLength?: number): Uint8Array {
  if (typeof hex !== 'string' || !hex.startsWith('0x')) throw unreadable('it does not begin with 0x')
  if (hex.length % 2 !== 0) throw unreadable('it has an odd number of digits')
  const length = hex.length / 2 - 1
  if (expectedLength !== undefined && length !== expectedLength) {
    throw unreadable(`it holds ${length} bytes where ${expectedLength} are due`)
  }
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const value = digitOf(hex.charCodeAt(2 + 2 * i)) * 16 + digitOf(hex.charCodeAt(3 + 2 * i))
    if (Number.isNaN(value)) throw unreadable(`it has something else than a digit in byte ${i}`)
    bytes[i] = value
  }
  return bytes
}

/** True when both hold the same bytes. Takes a time that depends on them: not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false
  }
  return true
}

function unreadable(reason: string): LamparaError {
  return new LamparaError('invalid_argument', `Cannot read hexadecimal bytes: ${reason}`)
}
