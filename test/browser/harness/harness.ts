import type { FollowOptions, FollowSummary } from '../scenario/follow.ts'

/** What a test calls in the page. */
export interface Harness {
  /** Runs the scenario; each report goes to the console at debug level, where the test may read it. */
  follow(options: FollowOptions): Promise<FollowSummary>
  /** Runs the platform's conformance suite; gives each case's name, with its failure if it failed. */
  conformance(): Promise<readonly { readonly name: string; readonly failure?: string }[]>
}

declare global {
  var lamparaHarness: Harness
}
