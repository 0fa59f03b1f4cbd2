import { raceSignal } from './abort.ts'

/** Wakes one waiter; a notification without a waiter is remembered. */
export interface Notifier {
  notify(): void
  /** Resolves at the next notification, or at once when there was one since the last wait. @throws the signal's reason */
  wait(signal?: AbortSignal): Promise<void>
}

/** Creates a notifier. */
export function createNotifier(): Notifier {
  let notified = false
  let wake: (() => void) | undefined
  return {
    notify() {
      notified = true
      wake?.()
    },
    async wait(signal) {
      if (!notified) {
        await raceSignal(
          new Promise<void>((resolve) => {
            wake = resolve
          }),
          signal,
        )
      }
      signal?.throwIfAborted()
      notified = false
    },
  }
}
