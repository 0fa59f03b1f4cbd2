import { raceSignal } from './abort.ts'

/** Wakes one waiter when something may have changed. A ring with nobody waiting is kept for the next wait. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, or at once when it rang since the last wait. @throws the signal's reason */
  wait(signal?: AbortSignal): Promise<void>
}

/** Creates a bell. */
export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async wait(signal) {
      if (!rung) {
        await raceSignal(
          new Promise<void>((resolve) => {
            wake = resolve
          }),
          signal,
        )
      }
      signal?.throwIfAborted()
      rung = false
    },
  }
}
