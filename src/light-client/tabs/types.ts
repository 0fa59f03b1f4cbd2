import type { LightClient, LightClientStatus } from '../types.ts'

/** What a tab is to the others of its origin. */
export type TabRole =
  /** It runs the light client, of which the others are told. */
  | 'leader'
  /** It is told by the leader, and waits to take over. */
  | 'follower'
  /** The browser has no Web Locks or no BroadcastChannel here: it runs a light client of its own. */
  | 'alone'

/** A light client that the tabs of an origin share. Made by `createSharedLightClient()`. */
export interface SharedLightClient extends Pick<LightClient, 'heads' | 'watchStatus' | 'ready'> {
  readonly role: TabRole
  /**
   * The light client itself, with its network, where this tab runs it: `leader` or `alone`. It belongs to the shared one: do not stop
   * it, and ask for it again each time, since the lead may pass on.
   */
  readonly client: LightClient | undefined
  /** As the leader has it. Between two leaders it stays what it was. */
  readonly status: LightClientStatus
  /** Calls back with the present role at once and with each change. @returns how to stop watching */
  watchRole(callback: (role: TabRole) => void): () => void
  /**
   * Looks at the connections at once, in whichever tab they are: see `Network.check()`.
   *
   * @throws LamparaError `timeout` when the leader does not answer within ten seconds; `stopped`
   */
  check(): Promise<void>
  /** Ends this tab's part. Another tab takes the lead at once where this one had it. Idempotent. */
  stop(): Promise<void>
}
