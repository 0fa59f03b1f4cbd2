import transportSuite from '@libp2p/interface-compliance-tests/transport'
import { describe, expect, vi } from 'vitest'
import { webTransport } from '../../src/webtransport/transport.ts'
import { matching, nodeAsIn } from '../kit/compliance.ts'
import { failOnUnhandledRejections } from '../kit/leaks.ts'
import { stubMochaGlobals } from '../kit/mocha-globals.ts'
import { createSessionNet } from './memory-listener.ts'

failOnUnhandledRejections()
stubMochaGlobals({ timeoutMs: 120_000 })

const sessions = createSessionNet()
vi.stubGlobal('WebTransport', sessions.WebTransport)

// Node has no WebTransport: sessions are in memory. A page's own are in test/browser.
describe("WebTransport passes libp2p's own compliance suite:", () => {
  transportSuite({
    async setup() {
      const anyPort = '/ip4/127.0.0.1/udp/0/quic-v1/webtransport'
      const addresses = matching((address) => address.getComponents().some(({ name }) => name === 'webtransport'))
      return {
        dialer: await nodeAsIn({ transports: { only: [], add: [webTransport] } }),
        listener: { ...(await nodeAsIn({ listen: [anyPort, anyPort] })), transports: [sessions.listening] },
        dialMultiaddrMatcher: addresses,
        listenMultiaddrMatcher: addresses,
      }
    },
    async teardown() {
      await expect.poll(() => sessions.live, { timeout: 45_000 }).toBe(0)
    },
  })
})
