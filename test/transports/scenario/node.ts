import { mainnet } from '../../../src/chain/index.ts'
import { createNode } from '../../../src/network/libp2p-options.ts'
import { createNodeParts } from '../../../src/network/node-parts.ts'
import type { NetworkOptions } from '../../../src/network/types.ts'
import type { Platform } from '../../../src/platform/platform.ts'
import { registerTunnelAddresses } from '../../../src/tunnel/address-name.ts'

/** Starts a libp2p node just as a network has it, without the network. */
export async function startScenarioNode(
  platform: Platform,
  options: Pick<NetworkOptions, 'transports' | 'listen' | 'services'> = {},
) {
  registerTunnelAddresses()
  const libp2p = await createNode(
    await createNodeParts(platform, { chain: mainnet, allowPrivateAddresses: true, ...options }),
  )
  await libp2p.start()
  return libp2p
}

/** A node as a network has it. */
export type ScenarioNode = Awaited<ReturnType<typeof startScenarioNode>>
