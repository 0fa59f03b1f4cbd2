import { platform } from '#platform'
import { LamparaError, loadCode, requireRuntime } from '../errors/index.ts'
import { createNetworkOn } from './create-network-on.ts'
import type { JoinNetworkOptions, Network, NetworkOptions } from './types.ts'

/**
 * Starts a node on the beacon chain's peer-to-peer network.
 *
 * Resolves when it runs: it listens where it was told to, and dials its bootnodes and peers, which `watchStatus()` reports.
 * It contacts nobody else, but with `join` the servers of the join documents.
 *
 * @example
 * ```ts
 * const network = await createNetwork({ join: 'https://relay.example' })
 * ```
 *
 * @throws LamparaError with `join`, as `createLightClient()`; `bootnodes_missing` in a browser with neither bootnodes nor peers; as `Platform.startDiscv5`; `address_invalid`; `invalid_argument`
 *   for a private key that is not one or an address that cannot be listened on; `storage_unavailable`;
 *   `runtime_unsupported` where Node or the browser is too old; the signal's reason
 */
export async function createNetwork(options: NetworkOptions | JoinNetworkOptions): Promise<Network> {
  requireRuntime('Cannot create a network')
  return createNetworkOn(platform, hasJoin(options) ? (await readJoin(options)).options : withChain(options))
}

/** True where a join document is named. */
export function hasJoin<Options extends object>(options: Options): options is Extract<Options, JoinNetworkOptions> {
  return 'join' in options && options.join !== undefined
}

/** @throws LamparaError `invalid_argument` where nothing says which chain it is: JavaScript has no types to tell */
export function withChain<Options extends { readonly chain: unknown }>(options: Options): Options {
  if (options.chain !== undefined) return options
  throw new LamparaError('invalid_argument', 'Cannot create a network: give the option chain, or join')
}

/** Puts what the join documents say where an option was left out. */
export async function readJoin<Options extends JoinNetworkOptions>(options: Options) {
  const { joinedOptions } = await loadCode(() => import('./join/index.ts'), 'the code for join documents')
  return joinedOptions(options)
}
