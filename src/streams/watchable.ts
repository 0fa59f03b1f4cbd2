import type { AbortOptions } from './abort.ts'
import { createQueue } from './queue.ts'

/** A value that changes, and that can be watched from anywhere. */
export interface Watchable<T> {
  /** The value as it stands. */
  readonly value: T
  /**
   * Calls back with the current value at once, then with each new one. An error thrown by the callback reaches the
   * platform's handler of uncaught errors, not anyone who sets the value.
   *
   * @returns ends the watch; safe to call twice
   */
  watch(callback: (value: T) => void): () => void
  /**
   * The current value, then each new one. A slow consumer sees the latest only. Each iteration stands for itself.
   *
   * Completes when the source ends, or rejects with the source's error or with `signal.reason`.
   */
  values(options?: AbortOptions): AsyncIterable<T>
}

/** A {@link Watchable} with the means to change it, for its owner. */
export interface WatchableSource<T> extends Watchable<T> {
  /** Changes the value. One that equals the present one is no change. Without effect after `end`. */
  set(value: T): void
  /** Changes the value for anyone who reads it from now on, without telling watchers: for what is not worth telling again. */
  replace(value: T): void
  /** No more changes: iterations complete, or reject with the error where one is given. */
  end(error?: unknown): void
}

interface Watcher<T> {
  next(value: T): void
  end(error: unknown): void
}

/**
 * Makes a {@link WatchableSource}.
 *
 * @param initial - the first value
 * @param equal - when a new value counts as no change; `Object.is` by default
 */
export function createWatchable<T>(initial: T, equal: (a: T, b: T) => boolean = Object.is): WatchableSource<T> {
  const watchers = new Set<Watcher<T>>()
  let current = initial
  let version = 0
  let ending: { readonly error: unknown } | undefined

  function subscribe(watcher: Watcher<T>): () => void {
    if (ending === undefined) watchers.add(watcher)
    watcher.next(current)
    if (ending !== undefined) watcher.end(ending.error)
    return () => watchers.delete(watcher)
  }

  return {
    get value() {
      return current
    },
    set(value) {
      if (ending !== undefined || equal(current, value)) return
      current = value
      version++
      const own = version
      for (const watcher of [...watchers]) {
        // A watcher that set another value has told it to everyone already: this one is outdated.
        if (version !== own) return
        if (watchers.has(watcher)) watcher.next(value)
      }
    },
    replace(value) {
      if (ending === undefined) current = value
    },
    watch(callback) {
      const next = (value: T): void => {
        try {
          callback(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
      return subscribe({ next, end: () => {} })
    },
    values: ({ signal } = {}) => ({
      [Symbol.asyncIterator]() {
        let unsubscribe = (): void => {}
        const queue = createQueue<T>({
          maxQueued: 1,
          overflow: 'drop-oldest',
          signal,
          onRelease: () => unsubscribe(),
        })
        if (!queue.done) {
          const end = (error: unknown): void => (error === undefined ? queue.end() : queue.fail(error))
          unsubscribe = subscribe({ next: queue.push, end })
        }
        return queue[Symbol.asyncIterator]()
      },
    }),
    end(error) {
      if (ending !== undefined) return
      ending = { error }
      for (const watcher of [...watchers]) watcher.end(error)
      watchers.clear()
    },
  }
}
