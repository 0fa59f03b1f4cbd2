import { expect, it } from 'vitest'
import { topics } from '../../src/gossip/index.ts'
import { take, until, viewOf } from '../kit/gossip.ts'
import {
  cleanUpAfterEach,
  payloadOf,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate

it('a topic that is left is kept from for a minute, which is when the strictest nodes let one back into their meshes', async () => {
  const bare = await startBareNode(chain)
  const name = topicAt(chain, topic.name, slotNow(chain))
  bare.libp2p.services.pubsub.subscribe(name)
  const network = await startNetwork({ chain })
  await network.connect(bare.address)
  const subscription = network.gossip.subscribe(topic)
  await until(() => viewOf(bare, network.peerId).inMesh(name))
  // What it publishes comes after its graft, which would else cross our leaving, and be ignored.
  await bare.libp2p.services.pubsub.publish(
    name,
    payloadOf(chain, updateAt(chain, 'optimistic_update', slotNow(chain) - 1)),
  )
  await take(subscription, 1)
  const leftMs = Date.now()
  subscription.stop()
  await until(() => !viewOf(bare, network.peerId).inMesh(name))
  expect(viewOf(bare, network.peerId).backoffUntilMs(name)).toBeGreaterThanOrEqual(leftMs + 60_000)
})
