import transportSuite from '@libp2p/interface-compliance-tests/transport'
import { describe } from 'vitest'
import { matching, nodeAsIn } from '../kit/compliance.ts'
import { failOnUnhandledRejections } from '../kit/leaks.ts'
import { stubMochaGlobals } from '../kit/mocha-globals.ts'

const TCP = '/ip4/127.0.0.1/tcp/0'
const overTcp = matching((address) => address.getComponents()[1]?.name === 'tcp')

failOnUnhandledRejections()
stubMochaGlobals({ timeoutMs: 120_000 })

describe("TCP passes libp2p's own compliance suite:", () => {
  transportSuite({
    async setup() {
      return {
        dialer: await nodeAsIn({ transports: { only: ['tcp'] } }),
        listener: await nodeAsIn({ transports: { only: ['tcp'] }, listen: [TCP, TCP] }),
        dialMultiaddrMatcher: overTcp,
        listenMultiaddrMatcher: overTcp,
      }
    },
    async teardown() {},
  })
})
