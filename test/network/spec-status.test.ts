import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, fromHex, slotStartMs, startSlotOfEpoch, toHex } from '../../src/chain/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  nextEvent,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../kit/network.ts'

cleanUpAfterEach()
// Fulu comes with epoch 10, a blob-parameter fork with epoch 12.
const chain = testChain({ fuluEpoch: 10, blobEpoch: 12 })
const root = new Uint8Array(32).fill(1)
const atEpoch = (epoch: number): number => slotStartMs(chain, startSlotOfEpoch(chain, epoch))

describe('our Status', () => {
  it('names the digest of the epoch by the clock, across a fork, whatever was verified', async () => {
    const clock = createFakeClock(atEpoch(9))
    const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
    network.setStatus({
      finalizedRoot: root,
      finalizedEpoch: 2,
      headRoot: root,
      headSlot: 16,
      earliestAvailableSlot: 16,
    })
    const told: string[] = []
    for (const epoch of [9, 10, 11, 12]) {
      await clock.advance(atEpoch(epoch) - clock.now())
      const status = { ...genesisStatus(chain), forkDigest: fromHex(forkDigestAtEpoch(chain, epoch)) }
      // Each time another one: over a connection that lasts, much else would come due meanwhile.
      const peer = await startBareNode(chain, { status })
      await peer.libp2p.dial(multiaddr(network.addresses[0]!))
      const answer = await peer.reqresp.request(protocols.status, status, { peer: network.peerId }).single()
      expect(answer.finalizedEpoch).toBe(2)
      told.push(toHex(answer.forkDigest))
      await peer.stop()
    }
    expect(told).toEqual([9, 10, 11, 12].map((epoch) => forkDigestAtEpoch(chain, epoch)))
    expect(new Set(told).size).toBe(3)
  })
})

describe('a Goodbye', () => {
  it('is answered by one chunk before we close', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const peer = await startBareNode(chain)
    await peer.greet(network.addresses[0]!)
    await untilPeers(network, 1)
    const losses = network.events(['peer:disconnected'])
    const exchange = peer.reqresp.request(protocols.goodbye, 129n, { peer: network.peerId })
    expect(await exchange.all()).toEqual([129n])
    expect(await nextEvent(losses)).toMatchObject({ reason: expect.stringContaining('too many peers') })
  })
})
