import type { LightClientHeader } from '../../ssz/index.ts'
import type { LightClientStore } from '../verification/index.ts'

/** A header with the share of the committee whose signature proved it: at least two thirds, or 1 for a trusted checkpoint. */
export interface ProvenHeader {
  readonly header: LightClientHeader
  readonly participation: number
  /** True for the checkpoint, or what was verified before a restart. */
  readonly trusted?: boolean
}

/** What was verified, at a moment. */
export interface VerifiedState {
  readonly store: LightClientStore
  readonly finalized: ProvenHeader
  readonly optimistic: ProvenHeader
}

/** The state that a store begins with. */
export function beginningAt(store: LightClientStore, participation: number): VerifiedState {
  const proven = { header: store.finalizedHeader, participation, trusted: true }
  return { store, finalized: proven, optimistic: proven }
}
