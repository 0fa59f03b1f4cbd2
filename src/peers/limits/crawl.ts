import type { CancelTimer, Clock } from '../../streams/clock.ts'

const FEELER_EVERY_MS = 15_000
/** Visits under way at once: one that is slow must not hold up the others. */
const MAX_FEELERS = 4
/** A peer that was reached so lately need not be reached again. */
const VERIFIED_MS = 6 * 3_600_000

/** What crawling needs. */
export interface CrawlOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Dials one that has not been reached since a time, and leaves it again. Never rejects. */
  dialFeeler(notSinceMs: number): Promise<void>
}

/** Feeler dials: verifies address-book peers not reached for 6 h. @returns how to stop */
export function startCrawl({ clock, random, dialFeeler }: CrawlOptions): () => void {
  let feelers = 0
  let cancel: CancelTimer

  function arm(): void {
    cancel = clock.setTimer(tick, FEELER_EVERY_MS * (0.75 + random() / 2))
  }

  function tick(): void {
    arm()
    if (feelers >= MAX_FEELERS) return
    feelers++
    dialFeeler(clock.now() - VERIFIED_MS).finally(() => {
      feelers--
    })
  }

  arm()
  return () => cancel()
}
