import type { LamparaErrorCode } from './codes.ts'

/** What `LamparaError.toJSON()` gives: plain data, which JSON and `postMessage()` keep whole. */
export interface LamparaErrorJson {
  readonly name: string
  /** With its code in brackets, as the error has it. */
  readonly message: string
  /** Absent where a cause is no LamparaError. */
  readonly code?: LamparaErrorCode
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: LamparaErrorJson
}
