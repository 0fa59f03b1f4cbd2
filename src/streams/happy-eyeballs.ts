import { type AbortOptions, onAbort } from './abort.ts'
import type { CancelTimer, Clock } from './clock.ts'

/** What `staggered()` needs. */
export interface HappyEyeballsOptions<T> extends AbortOptions {
  readonly clock: Clock
  /** How long each attempt is alone with those before it, in milliseconds. One that fails earlier brings on the next at once. */
  readonly gapMs: number
  /** Takes what an attempt gave although another had won, or nobody waited any more. */
  onSurplus(value: T): void
}

/**
 * Makes attempts one after the other, each beginning when the one before has failed or has taken its time, and resolves with
 * what the first to succeed gives; the others are aborted ("happy eyeballs", RFC 8305, section 5).
 *
 * @returns rejects with an `AggregateError` of why each failed, in their order, or with `signal.reason`
 */
export function happyEyeballs<T>(
  attempts: readonly ((signal: AbortSignal) => Promise<T>)[],
  { clock, gapMs, signal, onSurplus }: HappyEyeballsOptions<T>,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const begun: AbortController[] = []
    const errors: unknown[] = []
    let cancelTimer: CancelTimer = () => {}
    let failed = 0
    let over = false

    function end(winner?: AbortController): void {
      over = true
      cancelTimer()
      forget()
      // The winner's stays as it is: a socket may hang on it for life.
      for (const controller of begun) if (controller !== winner) controller.abort(signal?.reason)
    }

    function begin(): void {
      cancelTimer()
      const index = begun.length
      const attempt = attempts[index]
      if (attempt === undefined) return
      const controller = new AbortController()
      begun.push(controller)
      cancelTimer = clock.setTimer(begin, gapMs)
      attempt(controller.signal).then(
        (value) => {
          if (over) return onSurplus(value)
          end(controller)
          resolve(value)
        },
        (error: unknown) => {
          errors[index] = error
          if (over) return
          if (++failed < attempts.length) return begin()
          end()
          reject(new AggregateError(errors, 'Every attempt failed'))
        },
      )
    }

    const forget = onAbort(signal, () => {
      end()
      reject(signal?.reason)
    })
    begin()
  })
}
