import type { VerifiedData } from '../light-client/serving/verified-data.ts'
import { requestBootstrap } from '../light-client/sync/request-bootstrap.ts'
import type { LightClient } from '../light-client/types.ts'
import {
  checkStoreCommittees,
  initializeLightClientStore,
  type VerificationContext,
} from '../light-client/verification/index.ts'
import type { LightClientObject } from '../ssz/index.ts'
import { createNotifier } from '../streams/notifier.ts'

/**
 * Fetches the bootstrap of each newly finalized block, so that clients can start from where the chain is now: no update
 * proves the branch to the *current* committee that a bootstrap needs. One request at a time; only the newest is wanted.
 *
 * Runs until the signal aborts. A peer without it is not a failure: the next finalized block brings another chance.
 */
export async function cacheBootstraps(
  client: LightClient,
  context: VerificationContext,
  data: VerifiedData,
  signal: AbortSignal,
): Promise<void> {
  const notifier = createNotifier()
  const unwatch = client.watchVerified(() => notifier.notify())
  try {
    for (;;) {
      await notifier.wait(signal)
      const root = client.status.finalized?.root
      if (root === undefined || data.hasBootstrap(root)) continue
      const accept = async (bootstrap: LightClientObject<'bootstrap'>): Promise<void> => {
        const store = await initializeLightClientStore(context, root, bootstrap)
        await checkStoreCommittees(context, store)
        data.add(bootstrap)
      }
      await requestBootstrap(client.network, root, accept, { signal }).catch(() => {})
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    unwatch()
  }
}
