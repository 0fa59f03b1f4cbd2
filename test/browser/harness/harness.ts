import type { TransportName } from 'lampara'
import type { ScenarioAddresses } from '../../transports/scenario/scenarios.ts'
import type { FollowOptions, FollowSummary } from '../scenario/follow.ts'

/** What a test calls in the page. */
export interface Harness {
  /** Runs the scenario; each report goes to the console at debug level, where the test may read it. */
  follow(options: FollowOptions): Promise<FollowSummary>
  /** Runs the platform's conformance suite; gives each case's name, with its failure if it failed. */
  conformance(): Promise<readonly { readonly name: string; readonly failure?: string }[]>
  /** Runs one scenario over a transport, on a node of its own; rejects when it does not hold. */
  transport(only: TransportName | 'webrtc-direct', scenario: string, addresses: ScenarioAddresses): Promise<void>
}

declare global {
  var lamparaHarness: Harness
}
