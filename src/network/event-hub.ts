import { createQueue, type Queue } from '../streams/queue.ts'
import type { NetworkEvent } from './types.ts'

const DEFAULT_MAX_QUEUED = 256

/** Options of one listener. */
export interface EventOptions {
  readonly signal?: AbortSignal
  readonly maxQueued?: number
}

/** Hands events to listeners. */
export interface EventHub {
  emit(event: NetworkEvent): void
  /** Events from now on; the oldest are dropped when they are not read. */
  events<Type extends NetworkEvent['type']>(
    types?: readonly Type[],
    options?: EventOptions,
  ): AsyncIterable<Extract<NetworkEvent, { type: Type }>>
  /** Ends every listener's iteration, after what waits. */
  end(): void
}

/** Creates a hub without listeners. @param log - sees each event first */
export function createEventHub(log?: (event: NetworkEvent) => void): EventHub {
  const listeners = new Map<Queue<NetworkEvent>, ReadonlySet<NetworkEvent['type']> | undefined>()
  let ended = false

  return {
    emit(event) {
      log?.(event)
      for (const [queue, types] of listeners) {
        if (types === undefined || types.has(event.type)) queue.push(event)
      }
    },
    events(types, { signal, maxQueued = DEFAULT_MAX_QUEUED } = {}) {
      const queue: Queue<NetworkEvent> = createQueue({
        maxQueued,
        overflow: 'drop-oldest',
        signal,
        onRelease: () => listeners.delete(queue),
      })
      if (ended) queue.end()
      else if (!queue.done) listeners.set(queue, types && new Set(types))
      // Only events of the wanted types are ever pushed.
      return queue as AsyncIterable<never>
    },
    end() {
      ended = true
      for (const queue of [...listeners.keys()]) queue.end()
    },
  }
}
