import type { Hex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { RouteRequest } from './route.ts'

/** The path's block root. @throws LamparaError `request_invalid` */
export function rootOf({ parameters }: RouteRequest): Hex {
  const root = parseRoot(parameters.root ?? '')
  if (root === undefined)
    throw new LamparaError('request_invalid', 'Invalid block root: it is not 0x and 64 hex digits')
  return root
}

/** A block root in lower case, or undefined for anything else. */
export function parseRoot(text: string): Hex | undefined {
  return /^0x[0-9a-f]{64}$/i.test(text) ? (text.toLowerCase() as Hex) : undefined
}

/** A query's natural number. @throws LamparaError `request_invalid` when it is missing, malformed or beyond 2^53 − 1 */
export function decimalOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? ''
  const value = Number(text)
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value
  throw new LamparaError('request_invalid', `Invalid ${name}: it is not a natural number`)
}
