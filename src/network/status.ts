import type { LamparaError } from '../errors/index.ts'
import type { NetworkState, NetworkStatus } from './types.ts'

/** What the state follows from. */
export interface StatusInputs {
  readonly stopped: boolean
  readonly peers: number
  /** A peer has counted since the start. */
  readonly everConnected: boolean
  /** Why none of the persistent peers can be reached: they cannot be dialed, or our clock is wrong. */
  readonly unreachable: LamparaError | undefined
}

/** The network's status by the facts. */
export function statusOf({ stopped, peers, everConnected, unreachable }: StatusInputs): NetworkStatus {
  if (stopped) return { state: 'stopped', peers: 0 }
  if (peers > 0) return { state: 'connected', peers }
  const state: NetworkState = everConnected || unreachable !== undefined ? 'disconnected' : 'connecting'
  return unreachable === undefined ? { state, peers } : { state, peers, error: unreachable }
}

/** True when the two say the same. Each failed round of dialing makes an error of its own. */
export function sameStatus(a: NetworkStatus, b: NetworkStatus): boolean {
  return a.state === b.state && a.peers === b.peers && a.error?.message === b.error?.message
}
