import { yieldToEventLoop } from './yield-to-event-loop.ts'

/** Work that is done in slices, so that one task of the event loop never takes long. */
export interface TimeSlice {
  /** Call between two pieces of work: resolves at once while the slice lasts, otherwise after other events. */
  pass(): Promise<void> | undefined
}

/**
 * Creates slices that all the work of one kind shares, anyone who caused it.
 *
 * @param sliceMs - how long work may go on in one task, in milliseconds
 * @param nowMs - a time that never goes back
 */
export function createTimeSlice(sliceMs: number, nowMs = (): number => performance.now()): TimeSlice {
  let startedAtMs: number | undefined
  let ending: Promise<void> | undefined
  return {
    pass() {
      if (startedAtMs === undefined) {
        startedAtMs = nowMs()
        ending = yieldToEventLoop().then(() => {
          startedAtMs = undefined
        })
      }
      return nowMs() - startedAtMs > sliceMs ? ending : undefined
    },
  }
}
