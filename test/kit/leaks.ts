import { getEventListeners } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect } from 'vitest'
import { openStreams, type ReqRespPair } from './reqresp-pair.ts'
import type { WatchedClock } from './watched-clock.ts'

/** How long what must happen may take before a test gives up on it. */
const GIVE_UP_MS = 5_000
/** How long a finished stream waits for the other side's close: see `closeGracefully()`. */
const LINGER_MS = 1_000

/** Fails each test of the file in which a rejection goes unhandled. */
export function failOnUnhandledRejections(): void {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(async () => {
    // They are told at the end of a turn.
    await setImmediate()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
}

/** How many wait for a signal to abort. */
export function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

/** Resolves when a condition holds. @throws after five seconds, with the words given */
export async function until(condition: () => boolean, words: () => string): Promise<void> {
  const sinceMs = Date.now()
  for (let turn = 0; !condition(); turn++) {
    if (Date.now() - sinceMs > GIVE_UP_MS) throw new Error(words())
    await (turn < 100 ? setImmediate() : setTimeout(2))
  }
}

/**
 * Resolves when neither side has a stream or a timer left. Time goes on only for streams that linger: any other timer
 * that is still set is one too many.
 */
export async function allLetGo(pair: ReqRespPair, clock: WatchedClock): Promise<void> {
  const { asker, responder } = pair.nodes
  const streams = (): number => openStreams(asker) + openStreams(responder)
  const lingering = (): boolean => clock.delays.length > 0 && clock.delays.every((ms) => ms === LINGER_MS)
  const over = (): boolean => streams() === 0 && clock.pending === 0
  while (!over()) {
    await until(
      () => over() || lingering(),
      () => `${streams()} streams are left, and timers of ${clock.delays.join(', ')} ms`,
    )
    if (lingering()) await clock.advance(LINGER_MS)
  }
}
