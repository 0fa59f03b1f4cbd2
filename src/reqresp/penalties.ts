import type { LamparaErrorCode } from '../errors/index.ts'

/** Severity of misbehaviour: `fatal` bans at once, the others after some repetition. */
export type Penalty = 'fatal' | 'low-tolerance' | 'mid-tolerance' | 'high-tolerance'

/**
 * What an answer's failure says of the peer. Codes that are missing say nothing: the connection went, the data is not there,
 * or the fault is ours.
 *
 * Bytes that no implementation produces by mischance are fatal, since noise already guards against corruption on the way.
 * A truncated answer can be a crash, an unknown digest a fork that our configuration lacks. A refusal, whatever its code, is
 * none: it holds back the next requests (`hold-off.ts`), and so does slowness, since a responder that limits rates delays.
 */
const responsePenalties: Partial<Record<LamparaErrorCode, Penalty>> = {
  ssz_invalid: 'fatal',
  snappy_invalid: 'fatal',
  snappy_checksum_mismatch: 'fatal',
  length_out_of_bounds: 'fatal',
  varint_invalid: 'fatal',
  response_invalid: 'fatal',
  unexpected_end: 'low-tolerance',
  context_unknown: 'low-tolerance',
  first_byte_timeout: 'high-tolerance',
  chunk_timeout: 'mid-tolerance',
  open_stream_timeout: 'high-tolerance',
  request_timeout: 'high-tolerance',
}

/** What a request's failure says of the asker. Softer: a request of another length may be another version's. */
const requestPenalties: Partial<Record<LamparaErrorCode, Penalty>> = {
  snappy_invalid: 'fatal',
  snappy_checksum_mismatch: 'fatal',
  varint_invalid: 'fatal',
  ssz_invalid: 'low-tolerance',
  length_out_of_bounds: 'low-tolerance',
  request_invalid: 'low-tolerance',
  unexpected_end: 'low-tolerance',
  request_timeout: 'mid-tolerance',
}

/**
 * The penalty in a failed answer, where there is one.
 *
 * @param chunks - valid chunks that had come by then: who is slow with the next one answers honestly
 */
export function responsePenalty(code: LamparaErrorCode, chunks: number): Penalty | undefined {
  return code === 'chunk_timeout' && chunks > 0 ? undefined : responsePenalties[code]
}

/** The penalty in a failed request, where there is one. */
export function requestPenalty(code: LamparaErrorCode): Penalty | undefined {
  return requestPenalties[code]
}
