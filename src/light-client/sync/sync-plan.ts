/** Where a store stands, in sync-committee periods. */
export interface SyncPosition {
  readonly finalizedPeriod: number
  readonly optimisticPeriod: number
  readonly nextSyncCommitteeKnown: boolean
  /** By the slot clock. */
  readonly currentPeriod: number
}

/** What to ask for next. */
export type SyncStep =
  | { readonly kind: 'updates'; readonly startPeriod: number; readonly count: number }
  /** Nothing to fetch by range: heads come from finality and optimistic updates. */
  | { readonly kind: 'follow' }

/** The most updates asked of one peer at once: real nodes count every chunk against a quota of 128. */
export const MAX_UPDATES_PER_REQUEST = 64

/**
 * The sync process of altair/light-client/light-client.md as a pure function of where the store stands.
 *
 * While the next committee is unknown, the store's own period is asked for first: nothing beyond it can be verified.
 */
export function nextSyncStep(position: SyncPosition): SyncStep {
  const { finalizedPeriod, optimisticPeriod, currentPeriod } = position
  const committeeMissing = !position.nextSyncCommitteeKnown && finalizedPeriod === optimisticPeriod
  const startPeriod = committeeMissing ? finalizedPeriod : finalizedPeriod + 1
  if (!committeeMissing && startPeriod >= currentPeriod) return { kind: 'follow' }
  // The present period's update may already be there, and brings its committee early.
  const periods = currentPeriod - startPeriod + 1
  if (periods < 1) return { kind: 'follow' }
  return { kind: 'updates', startPeriod, count: Math.min(periods, MAX_UPDATES_PER_REQUEST) }
}
