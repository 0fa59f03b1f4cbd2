import type { Libp2pOptions } from 'libp2p'
import { platform } from '#platform'
import type { Libp2pService } from '../platform/transports.ts'
import { libp2pConfig } from './node/libp2p-config.ts'
import { createNodeDependencies } from './node/node-dependencies.ts'
import { withStorageTimeout } from './storage-option.ts'
import type { NetworkOptions } from './types.ts'

/** Makes a service of a libp2p node. */
export type ServiceFactory = Libp2pService

/** Options of libp2p's, with the services that a network works through. All of those must be in the node. */
export type NetworkNodeOptions = Omit<Libp2pOptions, 'services'> & {
  readonly services: Readonly<Record<'identify' | 'identifyPush' | 'lampara' | 'pubsub', ServiceFactory>>
}

/**
 * What libp2p makes a node of that `createNetwork({ libp2p })` can work with. Take it as it is, or change what you need:
 *
 * ```ts
 * const base = await libp2pOptions({ chain })
 * const libp2p = await createLibp2p({ ...base, services: { ...base.services, mine: mine() } })
 * const network = await createNetwork({ chain, libp2p })
 * ```
 *
 * The node must have the services (`lampara` and `pubsub` from here, `identify` of any make), noise, yamux or mplex, and a
 * secp256k1 key; and it must have been started. Each call makes services for one node.
 *
 * @param options - those that shape a node count here: `chain`, `listen`, `announce`, `privateKey`, `storage`, `transports`,
 *   `maxConnections`, `role`, `allowPrivateAddresses`, `clock`
 * @throws LamparaError as `createNetwork()` does for these
 */
export async function libp2pOptions(options: NetworkOptions): Promise<NetworkNodeOptions> {
  return (await libp2pConfig(await createNodeDependencies(platform, withStorageTimeout(options)))) as NetworkNodeOptions
}
