import { LamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline, linkSignals } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ExchangeTimeouts } from './types.ts'

/** The time limits of an exchange where the caller names none. */
export const defaultTimeouts = {
  dialTimeoutMs: 10_000,
  requestTimeoutMs: 5_000,
  firstByteTimeoutMs: 10_000,
  // RESP_TIMEOUT was 10 s from chunk to chunk, and Lighthouse gives one update in 10 s: longer than the other side's pace.
  chunkTimeoutMs: 20_000,
  exchangeTimeoutMs: 120_000,
}

/** The caller's limits over the defaults. */
export function timeoutsOf(options: ExchangeTimeouts): Required<ExchangeTimeouts> {
  const timeouts = { ...defaultTimeouts }
  for (const name of Object.keys(timeouts) as (keyof ExchangeTimeouts)[])
    timeouts[name] = options[name] ?? timeouts[name]
  return timeouts
}

/** How long a phase of an exchange may take, and what to call it when it takes longer. */
export interface PhaseLimit {
  /** Infinity for no limit. */
  readonly limitMs: number
  readonly code: LamparaErrorCode
  /** What did not happen in time: "no first byte". */
  readonly what: string
}

/** One phase of an exchange. */
export interface Phase extends PhaseLimit {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Phases that come one after the other: one that takes too long is the last. */
export interface Phases {
  /**
   * Runs an action under a limit. It must heed the signal that it is given.
   *
   * @throws LamparaError with the limit's code; the reason of the signal above
   */
  run<T>(limit: PhaseLimit, action: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Lets go of the signal above. */
  end(): void
}

/** Creates phases under a signal. They share one of their own, which a small request has time for; a signal each it had not. */
export function createPhases({ clock, signal }: Pick<Phase, 'clock' | 'signal'>): Phases {
  const linked = linkSignals(signal)
  return {
    async run(limit, action) {
      const late = (): void => linked.abort(lateError(limit))
      const cancel = limit.limitMs === Number.POSITIVE_INFINITY ? () => {} : clock.setTimer(late, limit.limitMs)
      try {
        return await action(linked.signal)
      } finally {
        cancel()
      }
    },
    end: linked.dispose,
  }
}

function lateError({ code, what, limitMs }: PhaseLimit): LamparaError {
  return new LamparaError(code, `${what} within ${limitMs} ms`)
}

/**
 * Runs an action under a phase's limit. The action must heed the signal that it is given.
 *
 * @throws LamparaError with the phase's code; the phase's signal's reason
 */
export async function within<T>(phase: Phase, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, limitMs, signal } = phase
  const limit = deadline({ clock, afterMs: limitMs, error: () => lateError(phase), signal })
  try {
    return await action(limit.signal)
  } finally {
    limit.cancel()
  }
}
