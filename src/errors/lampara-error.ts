import type { LamparaErrorCode } from './codes.ts'
import { messageOf } from './message-of.ts'

/** What an error may carry beside its code and message. */
export interface LamparaErrorOptions {
  /** What it arose from. */
  readonly cause?: unknown
  /** Structured facts, for a program: peer, slot, path and the like. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one class of error that this package throws. Branch on `code`; show `message`, which names the failed action.
 */
export class LamparaError extends Error {
  static override readonly name = 'LamparaError'
  override readonly name = 'LamparaError'
  /** What went wrong, of the closed set. */
  readonly code: LamparaErrorCode
  /** Structured facts, for a program. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: LamparaErrorCode, message: string, options: LamparaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /**
   * Passes a LamparaError through and wraps anything else, keeping it as `cause`.
   *
   * @param thrown - whatever was caught
   * @param code - the code to give it where it has none
   * @param action - what failed, as a sentence's beginning: "Cannot dial peer x"
   */
  static from(thrown: unknown, code: LamparaErrorCode, action: string): LamparaError {
    if (thrown instanceof LamparaError) return thrown
    return new LamparaError(code, `${action}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** True for a LamparaError, with that code where one is given. Works across copies of the package. */
export function isLamparaError(thrown: unknown, code?: LamparaErrorCode): thrown is LamparaError {
  if (!(thrown instanceof Error) || thrown.name !== 'LamparaError') return false
  return code === undefined || (thrown as LamparaError).code === code
}
