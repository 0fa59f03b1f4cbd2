import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pInit } from 'libp2p'
import { mainnet } from '../../src/chain/index.ts'
import { nodeOptions } from '../../src/network/libp2p-options.ts'
import { createNodeParts } from '../../src/network/node-parts.ts'
import type { NetworkOptions } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'

/** What a network makes its node of, for libp2p's compliance suite to make one. */
export async function nodeAsIn(options: Pick<NetworkOptions, 'transports' | 'listen'>): Promise<Libp2pInit> {
  const parts = await createNodeParts(platform, { chain: mainnet, allowPrivateAddresses: true, ...options })
  // The suite adds a service of its own, of which these know nothing.
  return (await nodeOptions(parts)) as Libp2pInit
}

/** Tells the suite which addresses are meant. */
export function matching(matches: (address: Multiaddr) => boolean) {
  return { matchers: [], matches, exactMatch: matches }
}
