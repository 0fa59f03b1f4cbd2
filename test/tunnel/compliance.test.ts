import transportSuite from '@libp2p/interface-compliance-tests/transport'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pInit } from 'libp2p'
import { describe, expect } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import { nodeOptions } from '../../src/network/libp2p-options.ts'
import { createNodeParts } from '../../src/network/node-parts.ts'
import type { NetworkOptions } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'
import { parseTunnelAddress } from '../../src/tunnel/address.ts'
import { tunnelTransport } from '../../src/tunnel/transport.ts'
import { failOnUnhandledRejections } from '../support/leaks.ts'
import { stubMochaGlobals } from '../support/mocha-globals.ts'
import { startTunnelEnd } from './transport-nodes.ts'
import { tunnelledTcp } from './tunnelled-tcp.ts'

failOnUnhandledRejections()
stubMochaGlobals({ timeoutMs: 120_000 })

/** What a network makes its node of. */
async function nodeAsIn(options: Pick<NetworkOptions, 'transports' | 'listen'>): Promise<Libp2pInit> {
  const parts = await createNodeParts(platform, { chain: mainnet, allowPrivateAddresses: true, ...options })
  // The suite adds a service of its own, of which these know nothing.
  return (await nodeOptions(parts)) as Libp2pInit
}

function matching(matches: (address: Multiaddr) => boolean) {
  return { matchers: [], matches, exactMatch: matches }
}

// Tunnels are only dialed: the listener listens on TCP, and tells how it is reached through the gateway.
describe("a tunnel passes libp2p's own compliance suite:", () => {
  let end: Awaited<ReturnType<typeof startTunnelEnd>>

  transportSuite({
    async setup() {
      end = await startTunnelEnd()
      return {
        dialer: await nodeAsIn({ transports: { only: ['websocket'], add: [tunnelTransport()] } }),
        listener: {
          ...(await nodeAsIn({ listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0'] })),
          transports: [tunnelledTcp(end.through)],
        },
        dialMultiaddrMatcher: matching((address) => parseTunnelAddress(address) !== undefined),
        listenMultiaddrMatcher: matching((address) => address.getComponents()[1]?.name === 'tcp'),
      }
    },
    async teardown() {
      await expect.poll(() => end.gateway.counts, { timeout: 5_000 }).toMatchObject({ live: 0, dialing: 0 })
      await end.stop()
    },
  })
})
