import { LamparaError } from '../errors/index.ts'
import { fromHex, type Hex, toHex } from './hex.ts'

/** A chain's configuration as a YAML or JSON parser gives it. */
export type ConfigValues = Readonly<Record<string, unknown>>

/** FAR_FUTURE_EPOCH (phase0/beacon-chain.md): "not scheduled". */
export const farFutureEpoch = 2n ** 64n - 1n

/** What a parser that reads into floating point makes of it. */
const farFutureRounded = 2 ** 64

/** The error for a key that is needed and not there. */
export function incomplete(key: string): LamparaError {
  return new LamparaError('config_incomplete', `Cannot create chain: ${key} is missing`, { details: { key } })
}

/** The error for a value that cannot be. */
export function invalid(key: string, reason: string): LamparaError {
  return new LamparaError('config_invalid', `Cannot create chain: ${key} ${reason}`, { details: { key } })
}

/** True where the key has a value: absent, null and undefined are alike. */
export function isGiven(config: ConfigValues, key: string): boolean {
  return config[key] !== undefined && config[key] !== null
}

/** A non-negative integer of at most 64 bits, exactly; undefined where the value is something else. */
function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') {
    if (value === farFutureRounded) return farFutureEpoch
    return Number.isSafeInteger(value) ? BigInt(value) : undefined
  }
  // 20 digits or 16 hexadecimal ones hold 64 bits: longer texts are refused before they are converted.
  if (typeof value === 'string' && /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(value)) return BigInt(value)
  return undefined
}

/** Reads an integer, given as a number, a decimal string or a `0x` string, between bounds. */
export function toInteger(key: string, value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const integer = toBigInt(value)
  if (integer === undefined) throw invalid(key, 'is not a whole number that can be read exactly')
  if (integer < BigInt(min) || integer > BigInt(max)) throw invalid(key, `is not between ${min} and ${max}`)
  return Number(integer)
}

/** As {@link toInteger}, for a key of the configuration. */
export function readInteger(config: ConfigValues, key: string, min?: number, max?: number): number {
  if (!isGiven(config, key)) throw incomplete(key)
  return toInteger(key, config[key], min, max)
}

/** Reads an epoch; Infinity for FAR_FUTURE_EPOCH. */
export function toEpoch(key: string, value: unknown): number {
  return toBigInt(value) === farFutureEpoch ? Number.POSITIVE_INFINITY : toInteger(key, value)
}

/** Reads four bytes: `0x` and eight digits, or the number that a YAML parser makes of such a text without quotes. */
export function toVersion(key: string, value: unknown): Hex {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const version = toInteger(key, value, 0, 2 ** 32 - 1)
    return `0x${version.toString(16).padStart(8, '0')}`
  }
  return toBytes(key, value, 4)
}

/** Reads bytes of a fixed length from a `0x` string. */
export function toBytes(key: string, value: unknown, length: number): Hex {
  try {
    return toHex(fromHex(value as string, length))
  } catch (cause) {
    throw new LamparaError('config_invalid', `Cannot create chain: ${key} is not ${length} bytes in hexadecimal`, {
      cause,
      details: { key },
    })
  }
}
