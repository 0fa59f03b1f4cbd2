import transportSuite from '@libp2p/interface-compliance-tests/transport'
import { describe, expect } from 'vitest'
import { parseTunnelAddress } from '../../src/tunnel/address.ts'
import { tunnelTransport } from '../../src/tunnel/transport.ts'
import { matching, nodeAsIn } from '../kit/compliance.ts'
import { failOnUnhandledRejections } from '../kit/leaks.ts'
import { stubMochaGlobals } from '../kit/mocha-globals.ts'
import { startTunnelEnd } from './transport-nodes.ts'
import { tunnelledTcp } from './tunnelled-tcp.ts'

failOnUnhandledRejections()
stubMochaGlobals({ timeoutMs: 120_000 })

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
      await expect.poll(() => end.gateway.counts, { timeout: 45_000 }).toMatchObject({ live: 0, dialing: 0 })
      await end.stop()
    },
  })
})
