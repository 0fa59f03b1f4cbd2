import type { Claim } from '../types.ts'

/** What one of the systems before us does, and what has come of it here. */
export interface SeedRow extends Claim {
  /** What that system does, in our own words. */
  readonly does: string
  /** Files in which we do it. */
  readonly at?: readonly string[]
}

/** One of the systems. */
export interface SeedSystem {
  readonly name: string
  readonly rules: readonly SeedRow[]
}
