import type { Clock } from './clock.ts'

/** What every wait takes. */
export interface AbortOptions {
  /** Ends the wait: it rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls back when a signal aborts; at once when it already has.
 *
 * @returns forgets the callback, so that a signal that outlives many waits does not collect them
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) {
    callback()
    return () => {}
  }
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}

/**
 * Waits for a promise or for a signal, whichever comes first.
 *
 * The promise's own work goes on after an abort; a later rejection of it is swallowed.
 *
 * @returns what the promise gives; rejects as it does, or with `signal.reason`
 */
export function raceSignal<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).finally(forget)
  })
}

/** A signal that aborts with any of several others, or by hand. */
export interface LinkedSignal {
  readonly signal: AbortSignal
  /** Aborts this signal only, not the ones it hangs on. */
  abort(reason?: unknown): void
  /** Releases the others. This signal then aborts by hand only. */
  dispose(): void
}

/**
 * A signal that aborts as soon as one of the given ones does, with its reason. Unlike `AbortSignal.any` it can release
 * them, so that long-lived signals do not collect short-lived ones.
 */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController()
  const releases: (() => void)[] = []
  const dispose = (): void => {
    for (const release of releases.splice(0)) release()
  }
  const abort = (reason?: unknown): void => {
    dispose()
    controller.abort(reason)
  }
  for (const signal of signals) {
    if (controller.signal.aborted) break
    if (signal !== undefined) releases.push(onAbort(signal, () => abort(signal.reason)))
  }
  return { signal: controller.signal, abort, dispose }
}

/** A time limit. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Ends the limit: the signal no longer aborts. Safe to call twice. */
  cancel(): void
}

/**
 * A signal that aborts when time is up, or with another signal.
 *
 * @param options.afterMs - how long until then, in milliseconds; Infinity for no limit
 * @param options.error - makes the reason to abort with when time is up
 * @param options.signal - aborts it earlier, with its own reason
 */
export function deadline(options: {
  readonly clock: Clock
  readonly afterMs: number
  readonly error: () => Error
  readonly signal?: AbortSignal | undefined
}): Deadline {
  const linked = linkSignals(options.signal)
  if (linked.signal.aborted || options.afterMs === Number.POSITIVE_INFINITY) {
    return { signal: linked.signal, cancel: linked.dispose }
  }
  const cancelTimer = options.clock.setTimer(() => linked.abort(options.error()), options.afterMs)
  const forget = onAbort(linked.signal, cancelTimer)
  return {
    signal: linked.signal,
    cancel() {
      forget()
      cancelTimer()
      linked.dispose()
    },
  }
}

/**
 * Waits for a time.
 *
 * @param ms - milliseconds; zero or less waits for the next turn
 * @returns completes after that time; rejects with `signal.reason` on abort
 */
export function delay(ms: number, options: { readonly clock: Clock } & AbortOptions): Promise<void> {
  const { clock, signal } = options
  if (signal?.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.setTimer(() => {
      forget()
      resolve()
    }, ms)
    const forget = onAbort(signal, () => {
      cancelTimer()
      reject(signal?.reason)
    })
  })
}
