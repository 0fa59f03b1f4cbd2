import { LamparaError } from '../errors/index.ts'
import { onAbort } from './abort.ts'

/** What happens to a value for which there is no room: the oldest gives way, it is refused, or the queue fails. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'fail'

export interface QueueOptions<T = unknown> {
  /** How many values may wait for the consumer: a whole number from 1. */
  readonly maxQueued: number
  readonly overflow: Overflow
  /** A second bound, on what waits taken together: bytes, say. A value beyond it waits alone. */
  readonly maxWeight?: number
  readonly weightOf?: (value: T) => number
  /** Ends the queue at once: what waits is dropped, and the iteration rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called once when the queue is over, however it ends: the place to detach whatever fills it. */
  readonly onRelease?: (() => void) | undefined
}

/**
 * Values pushed at one end and iterated at the other, with a bound on what waits in between.
 *
 * One consumer: a second one is refused with `invalid_argument`. The iteration
 * - completes after the last value once `end()` was called, and at once on `break` or `throw`;
 * - rejects after the last value with the error of `fail()`, or with `queue_overflow` where the policy is `fail`;
 * - rejects at once with `signal.reason` on abort.
 */
export interface Queue<T> extends AsyncIterable<T> {
  /** Adds a value. False when it was refused: there was no room for it, or the queue is over. */
  push(value: T): boolean
  /** No more values come. What waits is still delivered. */
  end(): void
  /** As `end`, but the iteration then rejects with the error. */
  fail(error: unknown): void
  /** Values lost for want of room. */
  readonly dropped: number
  /** Values that wait. */
  readonly size: number
  /** True once nothing can be pushed any more. */
  readonly done: boolean
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void
  reject(reason: unknown): void
}

/** Makes a {@link Queue}. */
export function createQueue<T>(options: QueueOptions<T>): Queue<T> {
  const { maxQueued, overflow, signal, onRelease, maxWeight = Number.POSITIVE_INFINITY, weightOf = () => 0 } = options
  if (!Number.isSafeInteger(maxQueued) || maxQueued < 1) {
    throw new LamparaError(
      'invalid_argument',
      `Cannot create queue: maxQueued ${maxQueued} is not a whole number from 1`,
    )
  }
  const values: T[] = []
  const waiters: Waiter<T>[] = []
  let weight = 0
  let dropped = 0
  let taken = false
  let done = false
  /** What the consumer has yet to be told; absent after an ending without error. */
  let failure: { readonly error: unknown } | undefined
  let forgetSignal = (): void => {}

  /** No more values: tells a consumer that is parked, which it is only while no value waits. */
  function close(how?: { readonly error: unknown }): void {
    if (done) return
    done = true
    failure = how
    forgetSignal()
    for (const waiter of waiters.splice(0)) tellEnding(waiter)
    onRelease?.()
  }

  function shift(): T {
    const value = values.shift()!
    weight -= weightOf(value)
    return value
  }

  function clear(): void {
    values.length = 0
    weight = 0
  }

  function hasRoom(added: number): boolean {
    return values.length < maxQueued && (values.length === 0 || weight + added <= maxWeight)
  }

  function tellEnding({ resolve, reject }: Waiter<T>): void {
    if (failure === undefined) resolve({ done: true, value: undefined })
    else reject(failure.error)
    failure = undefined
  }

  function next({ resolve, reject }: Waiter<T>): void {
    // After end() nothing listens to the signal, yet an abort still cuts off what waits.
    if (signal?.aborted && values.length > 0) {
      clear()
      failure = { error: signal.reason }
    }
    if (values.length > 0) resolve({ done: false, value: shift() })
    else if (done) tellEnding({ resolve, reject })
    else waiters.push({ resolve, reject })
  }

  function release(): void {
    clear()
    close()
    failure = undefined
  }

  function push(value: T): boolean {
    if (done) return false
    const waiter = waiters.shift()
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value })
      return true
    }
    const added = weightOf(value)
    while (!hasRoom(added)) {
      dropped++
      if (overflow === 'fail') {
        const message = `Cannot queue another value: ${values.length} wait already`
        close({ error: new LamparaError('queue_overflow', message) })
      }
      if (overflow !== 'drop-oldest') return false
      shift()
    }
    values.push(value)
    weight += added
    return true
  }

  if (signal?.aborted) {
    done = true
    failure = { error: signal.reason }
    // Later, so that onRelease may use what its caller makes of this queue.
    queueMicrotask(() => onRelease?.())
  } else {
    forgetSignal = onAbort(signal, () => {
      clear()
      close({ error: signal?.reason })
    })
  }

  return {
    push,
    end: () => close(),
    fail: (error) => close({ error }),
    get dropped() {
      return dropped
    },
    get size() {
      return values.length
    },
    get done() {
      return done
    },
    [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
      if (taken) throw new LamparaError('invalid_argument', 'Cannot iterate queue: it has a consumer already')
      taken = true
      return {
        next: () => new Promise((resolve, reject) => next({ resolve, reject })),
        async return() {
          release()
          return { done: true, value: undefined }
        },
        async throw(error) {
          release()
          throw error
        },
      }
    },
  }
}
