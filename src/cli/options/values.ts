import { fromHex, type Hex } from '../../chain/index.ts'
import { usageError } from './usage.ts'

/** A 32-byte root. @throws LamparaError `invalid_argument` */
export function rootValue(command: string, option: string, text: string): Hex {
  try {
    fromHex(text, 32)
  } catch {
    throw usageError(command, `${option} "${text}" is not 0x and 64 hex digits`)
  }
  return text.toLowerCase() as Hex
}

/** A number within bounds. @throws LamparaError `invalid_argument` */
export function numberValue(
  command: string,
  option: string,
  text: string,
  bounds: { readonly min: number; readonly max: number; readonly integer?: boolean },
): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  const fits = value >= bounds.min && value <= bounds.max && (!bounds.integer || Number.isInteger(value))
  if (fits) return value
  const kind = bounds.integer ? 'a whole number' : 'a number'
  throw usageError(command, `${option} "${text}" is not ${kind} from ${bounds.min} to ${bounds.max}`)
}
