import type { Hex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import type { VerifiedData } from '../light-client/serving/verified-data.ts'
import type { LightClient } from '../light-client/types.ts'
import { raceSignal } from '../streams/abort.ts'

/**
 * Resolves with the first block root that clients can bootstrap from.
 *
 * @throws LamparaError as `LightClient.ready()`; `stopped`; the signal's reason
 */
export async function firstCheckpoint(
  client: LightClient,
  data: VerifiedData,
  signal: AbortSignal | undefined,
): Promise<Hex> {
  await client.ready({ signal })
  const served = Promise.withResolvers<Hex>()
  function look(): void {
    const newest = data.newestBootstrap()
    if (newest !== undefined) served.resolve(newest.root)
  }
  // A stop is a change of status; what is verified may be no change of it.
  const unwatch = [
    client.watchVerified(look),
    client.watchStatus(({ state }) => {
      if (state === 'stopped') served.reject(new LamparaError('stopped', 'Cannot get ready: the bootnode was stopped'))
    }),
  ]
  look()
  try {
    return await raceSignal(served.promise, signal)
  } finally {
    for (const end of unwatch) end()
  }
}
