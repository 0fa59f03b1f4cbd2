import type { ErrorDetails, LamparaErrorCode } from './codes.ts'
import { escapeText } from './escape-text.ts'
import type { LamparaErrorJson } from './lampara-error-json.ts'
import { messageOf } from './message-of.ts'

/** Optional parts of an error. */
export interface LamparaErrorOptions {
  /** The error that caused this one. */
  readonly cause?: unknown
  /** Structured facts for a program, as `ErrorDetails` has them for the code. */
  readonly details?: Readonly<Record<string, unknown>>
}

const wordsOf = ({ name, message }: Error): LamparaErrorJson => ({ name, message })

/** A LamparaError with a certain code, and the details that go with it. */
export type LamparaErrorOf<Code extends LamparaErrorCode> = LamparaError & {
  readonly code: Code
  readonly details: ErrorDetails[Code]
}

/**
 * The one class of error that this package throws. Branch on `code`, show `message`: it names the failed action and ends with the
 * code in brackets. What peers or servers say in it is escaped, so that it can go to a terminal or a log.
 *
 * @example
 * ```ts
 * try {
 *   await client.ready({ signal: AbortSignal.timeout(20_000) })
 * } catch (error) {
 *   if (isLamparaError(error, 'checkpoint_too_old')) console.log(`${error.details.ageMs / 86_400_000} days old`)
 *   else throw error
 * }
 * ```
 */
export class LamparaError extends Error {
  static override readonly name = 'LamparaError'
  override readonly name = 'LamparaError'
  /** Machine-readable reason. Each code is explained in docs/errors.md. */
  readonly code: LamparaErrorCode
  /** Structured facts. `isLamparaError(error, code)` narrows them to the code's own type. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: LamparaErrorCode, message: string, options: LamparaErrorOptions = {}) {
    super(`${escapeText(message)} [${code}]`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /**
   * For `JSON.stringify()`, and for `postMessage()`, which keeps neither code nor details of an error itself: `reviveError()` makes an
   * error of it again. Causes are kept as far as they are errors.
   */
  toJSON(): LamparaErrorJson {
    const { name, message, code, details, cause } = this
    const why = cause instanceof LamparaError ? cause.toJSON() : cause instanceof Error && wordsOf(cause)
    return { name, message, code, details, ...(why && { cause: why }) }
  }

  /**
   * Passes a LamparaError through and wraps anything else, keeping it as `cause`.
   *
   * @param thrown - whatever was caught
   * @param code - the code to give it where it has none
   * @param action - what failed, as the beginning of a sentence: "Cannot dial peer x"
   */
  static from(thrown: unknown, code: LamparaErrorCode, action: string): LamparaError {
    if (thrown instanceof LamparaError) return thrown
    return new LamparaError(code, `${action}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/**
 * Tells whether something is a LamparaError, with the given code where one is given, and narrows `details` to that code's type.
 * Works across copies of the package.
 *
 * @example
 * ```ts
 * if (isLamparaError(error, 'clock_skewed')) showClockHint(error.details.offsetMs)
 * ```
 */
export function isLamparaError<Code extends LamparaErrorCode = LamparaErrorCode>(
  thrown: unknown,
  code?: Code,
): thrown is LamparaErrorOf<Code> {
  if (!(thrown instanceof Error) || thrown.name !== 'LamparaError') return false
  return code === undefined || (thrown as LamparaError).code === code
}
