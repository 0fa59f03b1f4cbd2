import { LamparaError } from '../../errors/index.ts'
import { systemClock } from '../../streams/clock.ts'
import { createLightClient } from '../create-light-client.ts'
import type { JoinLightClientOptions, LightClientOptions } from '../types.ts'
import { browserEnvironment } from './environment.ts'
import { createTab } from './tab.ts'
import type { SharedLightClient } from './types.ts'

/** What keeps the light clients of an origin apart. */
export interface SharedLightClientOptions {
  /**
   * Tabs with one name share one light client: they must pass the same options. Letters, digits, `-` and `_`, 24 at most.
   *
   * @default 'light-client'
   */
  readonly name?: string
}

/**
 * Creates a light client that the tabs of an origin share: one of them, the leader, runs it, and the others receive heads and
 * status. When the leader is closed, frozen or crashes, the next tab takes over; a head is told to each reader once. Where there are no
 * Web Locks each tab runs its own.
 *
 * Storage belongs to the leader: pass a function, `(chain) => openStorage(chain, { optional: true })`. It is opened when a tab takes the
 * lead, and closed when it loses it.
 *
 * Trust is that of an origin: any of its pages can tell the others of heads, as it could write to their storage.
 *
 * @example
 * ```ts
 * const client = await createSharedLightClient({ join: 'https://relay.example' })
 * for await (const head of client.heads()) console.log(client.role, head.slot)
 * ```
 *
 * @returns resolves when this tab runs the light client, or is told by the one that does
 * @throws LamparaError as `createLightClient()` where this tab is the first; `invalid_argument` for a bad name; the signal's reason
 */
export async function createSharedLightClient(
  options: (LightClientOptions | JoinLightClientOptions) & SharedLightClientOptions,
): Promise<SharedLightClient> {
  const { name = 'light-client', signal, ...given } = options
  if (!/^[\w-]{1,24}$/.test(name)) {
    throw new LamparaError('invalid_argument', `Cannot share a light client: ${JSON.stringify(name)} is no name`)
  }
  signal?.throwIfAborted()
  return createTab({
    name,
    signal,
    environment: browserEnvironment(),
    clock: systemClock,
    createClient: () => createLightClient(given as LightClientOptions | JoinLightClientOptions),
    id: globalThis.crypto.randomUUID(),
    random: Math.random,
  })
}
