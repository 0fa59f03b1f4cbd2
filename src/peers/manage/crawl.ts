import type { CancelTimer, Clock } from '../../streams/clock.ts'

const VISIT_EVERY_MS = 15_000
/** Visits under way at once: one that is slow must not hold up the others. */
const MAX_VISITS = 4
/** Whoever was reached so lately need not be reached again. */
const VERIFIED_MS = 6 * 3_600_000

/** What crawling needs. */
export interface CrawlOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Dials one that has not been reached since a time, and leaves it again. Never rejects. */
  visit(notSinceMs: number): Promise<void>
}

/**
 * Visits peers of the address book one after the other, those that nobody reached yet and those that were not reached for six
 * hours: what a seed tells of must be there. @returns how to stop
 */
export function startCrawl({ clock, random, visit }: CrawlOptions): () => void {
  let visits = 0
  let cancel: CancelTimer

  function arm(): void {
    cancel = clock.setTimer(turn, VISIT_EVERY_MS * (0.75 + random() / 2))
  }

  function turn(): void {
    arm()
    if (visits >= MAX_VISITS) return
    visits++
    visit(clock.now() - VERIFIED_MS).finally(() => {
      visits--
    })
  }

  arm()
  return () => cancel()
}
