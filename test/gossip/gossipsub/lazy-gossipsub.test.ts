import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { pubsubVerdicts } from '../../../src/gossip/gossipsub/pubsub.ts'
import { topics } from '../../../src/gossip/index.ts'
import { createNetworkOn } from '../../../src/network/create-network-on.ts'
import type { Network } from '../../../src/network/types.ts'
import { platform } from '../../../src/platform/node/index.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  updateAt,
} from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const soon = () => ({ signal: AbortSignal.timeout(45_000) })

/** A network as in a browser, where gossip's code comes late. */
async function startPage(relay: Network): Promise<Network> {
  return createNetworkOn({ ...platform, name: 'browser' }, { chain, bootnodes: relay.addresses })
}

describe('gossip in a browser', () => {
  it('is brought in by the first subscription, and hears peers that were connected before it', async () => {
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.ws })
    const onRelay = relay.gossip.subscribe(topic)
    const page = await startPage(relay)
    try {
      await Promise.all([untilPeers(page, 1), untilPeers(relay, 1)])
      const received = page.gossip.subscribe(topic)
      await Promise.all([received.ready(soon()), onRelay.ready(soon())])
      await relay.gossip.publish(topic, updateAt(chain, 'optimistic_update', 10))
      expect((await nextEvent(received)).message.value.attestedHeader.beacon.slot).toBe(10)
    } finally {
      await page.stop()
    }
  })

  it('accepts the stream that a peer opens right after connecting, and reads it once the code is there', async () => {
    const peer = await startBareNode(chain, { listen: listenOn.ws })
    const opened = new Promise<Stream>((resolve, reject) => {
      peer.libp2p.addEventListener('connection:open', ({ detail }) => {
        detail.newStream('/meshsub/1.1.0').then(resolve, reject)
      })
    })
    peer.libp2p.services.pubsub.subscribe(topicAt(chain, topic.name, slotNow(chain)))
    const page = await createNetworkOn({ ...platform, name: 'browser' }, { chain, bootnodes: [peer.address] })
    try {
      // A peer that refuses this stream is banned by Lighthouse.
      expect((await opened).status).toBe('open')
      await untilPeers(page, 1)
      expect((await opened).status).toBe('open')
      await page.gossip.subscribe(topic).ready(soon())
    } finally {
      await page.stop()
    }
  })

  it('publishes to whom it met before gossip was there', async () => {
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.ws })
    const onRelay = relay.gossip.subscribe(topic)
    const page = await startPage(relay)
    try {
      await untilPeers(page, 1)
      const own = page.gossip.subscribe(topic)
      await own.ready(soon())
      expect(await page.gossip.publish(topic, updateAt(chain, 'optimistic_update', 11))).toBe(1)
      expect((await nextEvent(onRelay)).message.value.attestedHeader.beacon.slot).toBe(11)
    } finally {
      await page.stop()
    }
  })

  it('leaves nothing behind when the network stops while it is brought in', async () => {
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.ws })
    const page = await startPage(relay)
    await untilPeers(page, 1)
    const received = page.gossip.subscribe(topic)
    await page.stop()
    for await (const _message of received) expect.unreachable()
    await untilPeers(relay, 0)
  })
})

describe('the verdicts', () => {
  it("are gossipsub's own, though its code is not loaded to name them", () => {
    expect(pubsubVerdicts).toEqual({
      accept: TopicValidatorResult.Accept,
      ignore: TopicValidatorResult.Ignore,
      reject: TopicValidatorResult.Reject,
    })
  })
})
