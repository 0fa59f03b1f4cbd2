import { mainnet } from '../../../src/chain/index.ts'
import { createLibp2pNode } from '../../../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../../../src/network/node/node-dependencies.ts'
import type { NetworkOptions } from '../../../src/network/types.ts'
import type { Platform } from '../../../src/platform/platform.ts'
import { registerTunnelAddresses } from '../../../src/tunnel/address-name.ts'

/** Starts a libp2p node just as a network has it, without the network. */
export async function startScenarioNode(
  platform: Platform,
  options: Pick<NetworkOptions, 'transports' | 'listen' | 'services'> = {},
) {
  registerTunnelAddresses()
  const libp2p = await createLibp2pNode(
    await createNodeDependencies(platform, { chain: mainnet, allowPrivateAddresses: true, ...options }),
  )
  await libp2p.start()
  return libp2p
}

/** A node as a network has it. */
export type ScenarioNode = Awaited<ReturnType<typeof startScenarioNode>>
