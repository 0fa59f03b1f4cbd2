import { LamparaError, type LamparaErrorCode, messageOf } from '../../errors/index.ts'
import { chooseFormat, type Format } from './accept.ts'

/** An HTTP answer, before it is sent. */
export interface RestResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** An answer that goes on until the asker leaves. */
export interface RestStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The pieces of its body, until the signal aborts. */
  stream(signal: AbortSignal): AsyncIterable<string>
}

/** An answer in JSON. */
export function json(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): RestResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** An answer in SSZ. */
export function octets(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): RestResponse {
  return { status: 200, headers: { 'content-type': 'application/octet-stream', ...headers }, body }
}

/** The Beacon API's error form. */
export function failure(status: number, message: string): RestResponse {
  return json({ code: status, message }, {}, status)
}

/** The response to an error, by its code. */
const statusOfCode: Partial<Record<LamparaErrorCode, number>> = {
  request_invalid: 400,
  invalid_argument: 400,
  resource_unavailable: 404,
}

/** An error as an answer: the asker's mistakes in words, ours without. */
export function failureOf(error: unknown): RestResponse {
  const status = error instanceof LamparaError ? statusOfCode[error.code] : undefined
  return status === undefined ? failure(500, 'Internal error') : failure(status, messageOf(error))
}

/** Answers in the format that the Accept header asks for; 406 where neither will do. */
export function inFormat(accept: string | undefined, respond: (format: Format) => RestResponse): RestResponse {
  const format = chooseFormat(accept)
  if (format === undefined) return failure(406, 'Neither application/json nor application/octet-stream is accepted')
  return respond(format)
}
