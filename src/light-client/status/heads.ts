import { type Chain, type Hex, toHex } from '../../chain/index.ts'
import { headerRoot } from '../../ssz/index.ts'
import { dropOldest } from '../../streams/drop-oldest.ts'
import { createWatchable, type Watchable, type WatchableSource } from '../../streams/watchable.ts'
import type { Agreement } from '../agreement.ts'
import { headOf, withJson } from '../head.ts'
import type { ProvenHeader } from '../store/verified-state.ts'
import type { Head } from '../types.ts'

/** Headers that may be confirmed though a newer one has come. */
const MAX_RECENT = 8

/** Why a verified head is not shown. */
export type Withheld =
  | {
      readonly slot: number
      readonly because: 'participation'
      readonly participation: number
      readonly wanted: number
    }
  | { readonly slot: number; readonly because: 'agreement'; readonly paths: number; readonly wanted: number }

/** The heads that are shown: verified, signed by enough of the committee, and confirmed by enough paths. */
export interface Heads {
  readonly optimistic: Watchable<Head | undefined>
  readonly finalized: Watchable<Head | undefined>
  /** A verified optimistic head newer than the one that is shown. */
  readonly withheld: Withheld | undefined
  /**
   * Shows what the store has come to. Better evidence of a head that is shown replaces it without telling readers of heads
   * the same head again. @returns true when a shown head, or what is reported about it, changed
   */
  update(optimistic: ProvenHeader | undefined, finalized: ProvenHeader | undefined): boolean
  /** True for the root of a header that the store has come to, and that is shown or may be yet. */
  isVerified(root: Hex): boolean
  /** Shows a head that fewer than two thirds signed, until there is one that two thirds did. @returns true when it is shown */
  showWeak(proven: ProvenHeader): boolean
  /** Shows just this and takes back what went beyond it: it rested on a committee that proved forged. */
  rollBack(optimistic: ProvenHeader | undefined, finalized: ProvenHeader | undefined): void
  end(error?: unknown): void
}

/** When a head is shown. */
export interface HeadsOptions {
  /** The share of the committee that must have signed, 0 to 1. */
  readonly minParticipation: number
  /** Independent paths that must have brought or confirmed it. */
  readonly minAgreement: number
  agreementOf(root: Hex, slot: number): Agreement
  now(): number
}

/**
 * Creates heads that show nothing yet. The finalized head is shown as optimistic too where nothing newer is: it is at least as
 * sure.
 */
export function createHeads(chain: Chain, options: HeadsOptions): Heads {
  const optimistic = createWatchable<Head | undefined>(undefined)
  const finalized = createWatchable<Head | undefined>(undefined)
  /** Optimistic headers that the store came to, by root, the newest last: one of them may be confirmed after the next has come. */
  const recent = new Map<Hex, ProvenHeader>()
  let newest: ProvenHeader | undefined
  let newestFinalized: ProvenHeader | undefined

  function obstacleTo({ header, participation, trusted }: ProvenHeader, agreement: Agreement): Withheld | undefined {
    const { slot } = header.beacon
    // What you named needs neither signature nor confirmation.
    if (trusted) return undefined
    if (participation < options.minParticipation) {
      return { slot, because: 'participation', participation, wanted: options.minParticipation }
    }
    if (agreement.paths < options.minAgreement) {
      return { slot, because: 'agreement', paths: agreement.paths, wanted: options.minAgreement }
    }
    return undefined
  }

  function show(
    watchable: WatchableSource<Head | undefined>,
    kind: Head['kind'],
    proven: ProvenHeader | undefined,
    supermajority = true,
  ): boolean {
    if (proven === undefined) return false
    const { beacon } = proven.header
    const shown = watchable.value
    const overtakesWeak = supermajority && shown?.supermajority === false
    if (shown !== undefined && beacon.slot < shown.slot) return false
    const root = toHex(headerRoot(beacon))
    const same = shown?.root === root
    if (shown?.slot === beacon.slot && !same && !overtakesWeak) return false
    const agreement = options.agreementOf(root, beacon.slot)
    if (obstacleTo(proven, agreement) !== undefined) return false
    const { participation } = proven
    if (!same) {
      watchable.set(
        headOf(chain, proven.header, { kind, participation, agreement, supermajority, verifiedAtMs: options.now() }),
      )
      return true
    }
    const better =
      participation > shown.participation ||
      agreement.paths !== shown.agreement.paths ||
      agreement.asked !== shown.agreement.asked ||
      supermajority !== shown.supermajority
    if (!better || (!supermajority && shown.supermajority)) return false
    watchable.replace(
      withJson({
        ...shown,
        participation: Math.max(participation, shown.participation),
        agreement,
        supermajority,
      }),
    )
    return true
  }

  function update(optimisticHeader: ProvenHeader | undefined, finalizedHeader: ProvenHeader | undefined): boolean {
    newest = optimisticHeader
    newestFinalized = finalizedHeader
    if (optimisticHeader !== undefined) {
      const root = rootOf(optimisticHeader)
      recent.delete(root)
      recent.set(root, optimisticHeader)
      dropOldest(recent, MAX_RECENT)
    }
    const finalizedShown = show(finalized, 'finalized', finalizedHeader)
    const optimisticShown =
      [...recent.values()].reverse().some((proven) => show(optimistic, 'optimistic', proven)) ||
      show(optimistic, 'optimistic', finalizedHeader)
    return finalizedShown || optimisticShown
  }

  return {
    optimistic,
    finalized,
    get withheld() {
      if (newest === undefined || newest.header.beacon.slot <= (optimistic.value?.slot ?? -1)) return undefined
      const { beacon } = newest.header
      return obstacleTo(newest, options.agreementOf(toHex(headerRoot(beacon)), beacon.slot))
    },
    update,
    isVerified: (root) => recent.has(root) || (newestFinalized !== undefined && rootOf(newestFinalized) === root),
    showWeak: (proven) => show(optimistic, 'optimistic', proven, false),
    rollBack(optimisticHeader, finalizedHeader) {
      optimistic.set(undefined)
      finalized.set(undefined)
      recent.clear()
      update(optimisticHeader, finalizedHeader)
    },
    end(error) {
      optimistic.end(error)
      finalized.end(error)
    },
  }
}

function rootOf({ header }: ProvenHeader): Hex {
  return toHex(headerRoot(header.beacon))
}
