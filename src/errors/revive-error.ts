import type { LamparaErrorCode } from './codes.ts'
import { errorCodes } from './error-codes.ts'
import { LamparaError } from './lampara-error.ts'
import { messageOf } from './message-of.ts'

const MAX_CAUSES = 8
const CODE = / \[([a-z_]+)\]$/

/**
 * Makes a LamparaError of what another tab, worker or process sent: of what `toJSON()` gave, with code, details and causes; or of a
 * structured clone of a LamparaError, as in `postMessage(status)`, which has lost its details but keeps its code at the end of its
 * message. Anything else becomes an error with the code `internal`.
 *
 * @example
 * ```ts
 * worker.onmessage = ({ data }) => show(reviveError(data.error))
 * ```
 */
export function reviveError(value: unknown): LamparaError {
  return revive(value, MAX_CAUSES)
}

function revive(value: unknown, depth: number): LamparaError {
  if (value instanceof LamparaError) return value
  const { message, code, details, cause } = (typeof value === 'object' && value !== null ? value : {}) as Written
  const text = typeof message === 'string' ? message : messageOf(value)
  const named = typeof code === 'string' ? code : CODE.exec(text)?.[1]
  const known = errorCodes.find((candidate) => candidate === named)
  const words = known === undefined ? text : text.replace(new RegExp(` \\[${known}\\]$`), '')
  const options = {
    ...(cause !== undefined && { cause: depth > 0 ? reviveCause(cause, depth - 1) : cause }),
    ...(typeof details === 'object' && details !== null && { details: details as Record<string, unknown> }),
  }
  return new LamparaError(known ?? ('internal' satisfies LamparaErrorCode), words, options)
}

/** A cause without a code of ours stays what it is, as an error. */
function reviveCause(cause: unknown, depth: number): unknown {
  const { name, message, code } = (typeof cause === 'object' && cause !== null ? cause : {}) as Written
  if (typeof message !== 'string' || cause instanceof LamparaError) return cause
  if (typeof code === 'string' || CODE.test(message)) return revive(cause, depth)
  if (cause instanceof Error) return cause
  return Object.assign(new Error(message), { name: typeof name === 'string' ? name : 'Error' })
}

interface Written {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly details?: unknown
  readonly cause?: unknown
}
