import { onAbort } from '../../streams/abort.ts'
/** Single-slot channel: `put()` waits until the previous value is taken. */
export interface SingleSlotChannel<T> {
  /** Lays a value ready; resolves at once where the place is free, else when it has become so. @throws the signal's reason */
  put(value: T, signal: AbortSignal): Promise<void>
  /** No more values; what lies ready is still delivered. */
  end(): void
  /** Ends with an error, after `end()` too while something lies ready, which is dropped. */
  fail(error: unknown): void
  /** The next value. Rejects once with the error of `fail()`. */
  next(): Promise<IteratorResult<T, undefined>>
  /** Nothing lies ready. */
  readonly empty: boolean
  /** Resolves when nothing lies ready. @throws the signal's reason */
  emptied(signal: AbortSignal): Promise<void>
}

interface Taker<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

const DONE = { done: true, value: undefined } as const

/** Makes a channel with nothing in it. */
export function createSingleSlotChannel<T>(): SingleSlotChannel<T> {
  let ready: { readonly value: T } | undefined
  let over: { error?: unknown; failed: boolean } | undefined
  const takers: Taker<T>[] = []
  let onEmpty: (() => void) | undefined

  const emptied = async (signal: AbortSignal): Promise<void> => {
    if (!ready) return
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        onEmpty = undefined
        // In this very turn: a consumer that asks next would take the rest, and the end for a good one.
        fail(signal.reason)
        reject(signal.reason)
      }
      if (signal.aborted) return abort()
      onEmpty = () => {
        forget()
        onEmpty = undefined
        resolve()
      }
      const forget = onAbort(signal, abort)
    })
  }

  const finish = (outcome: { error?: unknown; failed: boolean }): void => {
    if (over) return
    over = outcome
    for (const taker of takers.splice(0)) {
      if (over.failed) {
        over.failed = false
        taker.reject(over.error)
      } else taker.resolve(DONE)
    }
  }

  const fail = (error: unknown): void => {
    if (over && !ready) return
    over = undefined
    ready = undefined
    onEmpty?.()
    finish({ error, failed: true })
  }

  return {
    async put(value, signal) {
      signal.throwIfAborted()
      await emptied(signal)
      if (over) return
      const taker = takers.shift()
      if (taker) taker.resolve({ done: false, value })
      else ready = { value }
    },
    end: () => finish({ failed: false }),
    fail,
    next() {
      if (ready) {
        const { value } = ready
        ready = undefined
        onEmpty?.()
        return Promise.resolve({ done: false, value })
      }
      if (over?.failed) {
        over.failed = false
        return Promise.reject(over.error)
      }
      if (over) return Promise.resolve(DONE)
      return new Promise((resolve, reject) => takers.push({ resolve, reject }))
    },
    get empty() {
      return ready === undefined
    },
    emptied,
  }
}
