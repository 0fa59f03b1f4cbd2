import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pInit } from 'libp2p'
import { mainnet } from '../../src/chain/index.ts'
import { libp2pConfig } from '../../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../../src/network/node/node-dependencies.ts'
import type { NetworkOptions } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'

/** What a network makes its node of, for libp2p's compliance suite to make one. */
export async function nodeAsIn(options: Pick<NetworkOptions, 'transports' | 'listen'>): Promise<Libp2pInit> {
  const parts = await createNodeDependencies(platform, { chain: mainnet, allowPrivateAddresses: true, ...options })
  // The suite adds a service of its own, of which these know nothing.
  return (await libp2pConfig(parts)) as Libp2pInit
}

/** Tells the suite which addresses are meant. */
export function matching(matches: (address: Multiaddr) => boolean) {
  return { matchers: [], matches, exactMatch: matches }
}
