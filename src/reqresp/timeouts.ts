import { LamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline, linkSignals } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { RequestTimeouts } from './types.ts'

/** The time limits of an exchange where the caller names none. */
export const defaultTimeouts = {
  openStreamTimeoutMs: 10_000,
  requestTimeoutMs: 5_000,
  firstByteTimeoutMs: 10_000,
  // RESP_TIMEOUT was 10 s from chunk to chunk, and Lighthouse gives one update in 10 s: longer than the other side's pace.
  chunkTimeoutMs: 20_000,
  totalTimeoutMs: 120_000,
}

/** Caller's timeouts with defaults. */
export function timeoutsOf(options: RequestTimeouts): Required<RequestTimeouts> {
  const timeouts = { ...defaultTimeouts }
  for (const name of Object.keys(timeouts) as (keyof RequestTimeouts)[])
    timeouts[name] = options[name] ?? timeouts[name]
  return timeouts
}

/** How long a phase of an exchange may take, and what to call it when it takes longer. */
export interface TimeLimit {
  /** Infinity for no limit. */
  readonly limitMs: number
  readonly code: LamparaErrorCode
  /** What did not happen in time: "no first byte". */
  readonly what: string
}

/** One phase of an exchange. */
export interface TimedPhase extends TimeLimit {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Phases that come one after the other: one that takes too long is the last. */
export interface TimeLimits {
  /**
   * Runs an action under a limit. It must heed the signal that it is given.
   *
   * @throws LamparaError with the limit's code; the reason of the signal above
   */
  run<T>(limit: TimeLimit, action: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Releases the signal above. */
  end(): void
}

/** Creates phases under a signal. They share one of their own, which a small request has time for; a signal each it had not. */
export function createTimeLimits({ clock, signal }: Pick<TimedPhase, 'clock' | 'signal'>): TimeLimits {
  const linked = linkSignals(signal)
  return {
    async run(limit, action) {
      const onTimeout = (): void => linked.abort(timeoutError(limit))
      const cancel = limit.limitMs === Number.POSITIVE_INFINITY ? () => {} : clock.setTimer(onTimeout, limit.limitMs)
      try {
        return await action(linked.signal)
      } finally {
        cancel()
      }
    },
    end: linked.dispose,
  }
}

function timeoutError({ code, what, limitMs }: TimeLimit): LamparaError {
  return new LamparaError(code, `${what} within ${limitMs} ms`)
}

/**
 * Runs an action under a phase's limit. The action must heed the signal that it is given.
 *
 * @throws LamparaError with the phase's code; the phase's signal's reason
 */
export async function withTimeout<T>(phase: TimedPhase, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, limitMs, signal } = phase
  const limit = deadline({ clock, afterMs: limitMs, error: () => timeoutError(phase), signal })
  try {
    return await action(limit.signal)
  } finally {
    limit.cancel()
  }
}
