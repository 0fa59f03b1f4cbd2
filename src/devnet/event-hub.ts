import type { AbortOptions } from '../streams/abort.ts'
import { createQueue, type Queue } from '../streams/queue.ts'
import type { DevnetEvent } from './types.ts'

/** How many events wait for a slow reader before the oldest are dropped. */
const MAX_QUEUED = 4096

/** Hands events to listeners. */
export interface EventHub {
  emit(event: DevnetEvent): void
  /** The part of the events that `select` makes something of. */
  listen<T>(select: (event: DevnetEvent) => T | undefined, options?: AbortOptions): AsyncIterable<T>
  /** No more events: iterations complete, or reject with the error where one is given. */
  end(error?: unknown): void
}

/** Makes a hub without listeners. */
export function createEventHub(): EventHub {
  const sinks = new Set<(event: DevnetEvent) => void>()
  const queues = new Set<Pick<Queue<unknown>, 'end' | 'fail'>>()
  let ended = false
  return {
    emit(event) {
      for (const sink of sinks) sink(event)
    },
    listen<T>(select: (event: DevnetEvent) => T | undefined, { signal }: AbortOptions = {}) {
      const sink = (event: DevnetEvent): void => {
        const selected = select(event)
        if (selected !== undefined) queue.push(selected)
      }
      const queue = createQueue<T>({
        maxQueued: MAX_QUEUED,
        overflow: 'drop-oldest',
        signal,
        onRelease() {
          sinks.delete(sink)
          queues.delete(queue)
        },
      })
      if (ended) queue.end()
      if (!queue.done) {
        sinks.add(sink)
        queues.add(queue)
      }
      return queue
    },
    end(error) {
      ended = true
      for (const queue of queues) error === undefined ? queue.end() : queue.fail(error)
    },
  }
}
