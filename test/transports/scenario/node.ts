import { generateKeyPair } from '@libp2p/crypto/keys'
import { mainnet } from '../../../src/chain/index.ts'
import { createGossipRouter } from '../../../src/gossip/index.ts'
import { chooseTransports } from '../../../src/network/choose-transports.ts'
import { createNode } from '../../../src/network/libp2p-options.ts'
import type { TransportOptions } from '../../../src/network/types.ts'
import type { Platform } from '../../../src/platform/platform.ts'

/** Starts a libp2p node just as a network has it, without the network. */
export async function startScenarioNode(
  platform: Platform,
  options: { readonly transports?: TransportOptions; readonly listen?: readonly string[] } = {},
) {
  const { create } = await chooseTransports(platform, options.transports)
  const privateKey = await generateKeyPair('secp256k1')
  const router = createGossipRouter(mainnet, 'peer', () => 0)
  const libp2p = await createNode(
    { chain: mainnet, ...(options.listen === undefined ? {} : { listen: options.listen }) },
    { platform, transports: create, privateKey, connectionGater: {}, router },
  )
  await libp2p.start()
  return libp2p
}
