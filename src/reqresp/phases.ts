import { LamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ExchangeTimeouts } from './types.ts'

/** The time limits of an exchange where the caller names none. */
export const defaultTimeouts = {
  dialTimeoutMs: 10_000,
  requestTimeoutMs: 5_000,
  firstByteTimeoutMs: 10_000,
  // RESP_TIMEOUT (phase0/p2p-interface.md): 10 s from chunk to chunk.
  chunkTimeoutMs: 10_000,
  exchangeTimeoutMs: 120_000,
}

/** The caller's limits over the defaults. */
export function timeoutsOf(options: ExchangeTimeouts): Required<ExchangeTimeouts> {
  const timeouts = { ...defaultTimeouts }
  for (const name of Object.keys(timeouts) as (keyof ExchangeTimeouts)[])
    timeouts[name] = options[name] ?? timeouts[name]
  return timeouts
}

/** One phase of an exchange: how long it may take, and what to call it when it takes longer. */
export interface Phase {
  readonly clock: Clock
  readonly limitMs: number
  readonly code: LamparaErrorCode
  /** What did not happen in time: "no first byte". */
  readonly what: string
  readonly signal: AbortSignal
}

/**
 * Runs an action under a phase's limit. The action must heed the signal that it is given.
 *
 * @throws LamparaError with the phase's code; the phase's signal's reason
 */
export async function within<T>(phase: Phase, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, limitMs, code, what, signal } = phase
  const limit = deadline({
    clock,
    afterMs: limitMs,
    error: () => new LamparaError(code, `${what} within ${limitMs} ms`),
    signal,
  })
  try {
    return await action(limit.signal)
  } finally {
    limit.cancel()
  }
}
