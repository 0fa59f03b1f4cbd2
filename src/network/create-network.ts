import { platform } from '#platform'
import { requireRuntime } from '../errors/index.ts'
import { createNetworkOn } from './create-network-on.ts'
import type { Network, NetworkOptions } from './types.ts'

/**
 * Starts a node on the beacon chain's peer-to-peer network.
 *
 * Resolves when it runs: it listens where it was told to, and dials its bootnodes and peers, which `watchStatus()` reports.
 * It contacts nobody else.
 *
 * @throws LamparaError `bootnodes_missing` in a browser with neither bootnodes nor peers; as `Platform.startDiscv5`; `address_invalid`; `invalid_argument`
 *   for a private key that is not one or an address that cannot be listened on; `storage_unavailable`;
 *   `runtime_unsupported` where Node or the browser is too old; the signal's reason
 */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  requireRuntime('Cannot create a network')
  return createNetworkOn(platform, options)
}
