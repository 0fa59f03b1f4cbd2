import type { Chain } from '../chain/index.ts'
import { createWatchable, type Watchable, type WatchableSource } from '../streams/watchable.ts'
import { headOf } from './head.ts'
import type { Head } from './types.ts'
import type { ProvenHeader } from './verified-store.ts'

/** The heads that are shown: verified, and signed by enough of the committee. */
export interface HeadBoard {
  readonly optimistic: Watchable<Head | undefined>
  readonly finalized: Watchable<Head | undefined>
  /** Shows what the store has come to. @returns true when a shown head changed */
  update(optimistic: ProvenHeader | undefined, finalized: ProvenHeader | undefined): boolean
  /** Shows just this and takes back what went beyond it: it rested on what proved forged. */
  takeBack(optimistic: ProvenHeader | undefined, finalized: ProvenHeader | undefined): void
  end(error?: unknown): void
}

/**
 * Creates a board that withholds heads signed by less than `minParticipation` of the committee, 0 to 1.
 *
 * The finalized head is shown as optimistic too where nothing newer is: it is at least as sure.
 */
export function createHeadBoard(chain: Chain, options: { minParticipation: number; now: () => number }): HeadBoard {
  const optimistic = createWatchable<Head | undefined>(undefined)
  const finalized = createWatchable<Head | undefined>(undefined)

  function show(
    board: WatchableSource<Head | undefined>,
    kind: Head['kind'],
    proven: ProvenHeader | undefined,
  ): boolean {
    if (proven === undefined || proven.participation < options.minParticipation) return false
    const { slot } = proven.header.beacon
    if (board.value !== undefined && slot <= board.value.slot) return false
    const evidence = { kind, participation: proven.participation, verifiedAtMs: options.now() }
    board.set(headOf(chain, proven.header, evidence))
    return true
  }

  function update(optimisticHeader: ProvenHeader | undefined, finalizedHeader: ProvenHeader | undefined): boolean {
    const finalizedShown = show(finalized, 'finalized', finalizedHeader)
    const optimisticShown =
      show(optimistic, 'optimistic', optimisticHeader) || show(optimistic, 'optimistic', finalizedHeader)
    return finalizedShown || optimisticShown
  }

  return {
    optimistic,
    finalized,
    update,
    takeBack(optimisticHeader, finalizedHeader) {
      optimistic.set(undefined)
      finalized.set(undefined)
      update(optimisticHeader, finalizedHeader)
    },
    end(error) {
      optimistic.end(error)
      finalized.end(error)
    },
  }
}
