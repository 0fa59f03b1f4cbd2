import { describe, expect, it } from 'vitest'
import { protocols } from '../../src/reqresp/index.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers } from './support.ts'

cleanUpAfterEach()
const chain = testChain()

describe('the handshake', () => {
  for (const transport of ['tcp', 'ws'] as const) {
    it(`makes both sides count each other over ${transport}`, async () => {
      const listener = await startNetwork({ chain, listen: listenOn[transport] })
      const dialer = await startNetwork({ chain })
      const view = await dialer.connect(listener.addresses[0]!)
      await untilPeers(listener, 1)
      expect(view).toMatchObject({ id: listener.peerId, direction: 'outbound', persistent: false, score: 0 })
      expect(view.protocols).toContain(protocols.status.id)
      expect(listener.peers[0]).toMatchObject({ id: dialer.peerId, direction: 'inbound' })
      expect(listener.peers[0]!.status).toMatchObject({ finalizedEpoch: 0, headSlot: 0 })
    })
  }
})
