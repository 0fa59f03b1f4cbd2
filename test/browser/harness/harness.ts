import type { ScenarioAddresses } from '../../transports/scenario/steps.ts'
import type { ScenarioTransport } from '../../transports/scenario/transports.ts'
import type { FollowOptions, FollowSummary } from '../scenario/follow.ts'

/** What a test calls in the page. */
export interface Harness {
  /** Runs the scenario; each report goes to the console at debug level, where the test may read it. */
  follow(options: FollowOptions): Promise<FollowSummary>
  /** Runs the platform's conformance suite; gives each case's name, with its failure if it failed. */
  conformance(): Promise<readonly { readonly name: string; readonly failure?: string }[]>
  /** Runs one scenario over a transport, on a node that all of that transport share; rejects when it does not hold. */
  transport(only: ScenarioTransport, scenario: string, addresses: ScenarioAddresses): Promise<void>
  /** Takes a place at a relay, to be met over WebRTC, and serves the scenarios for as long as the page is there: tells where. */
  meet(relay: string): Promise<string>
  /** How many have met it and are connected. */
  met(): Promise<number>
}

declare global {
  var lamparaHarness: Harness
}
