import { expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { topicString } from '../../src/wire/index.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  payloadOf,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  updateAt,
} from '../network/support.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { take, untilHeard } from './support.ts'

cleanUpAfterEach()
const chain = testChain({ fuluEpoch: 10 })
const topic = topics.lightClientOptimisticUpdate
const forkSlot = startSlotOfEpoch(chain, 10)
const [before, after] = [9, 10].map((epoch) => topicString(forkDigestAtEpoch(chain, epoch), topic.name))

it.each([
  ['while we are still in them', 1],
  ['once we have left them', 3],
])('a peer loses nothing by what it sends on the topics before a fork, %s', async (_, epochsAfter) => {
  const slot = forkSlot + epochsAfter * chain.preset.slotsPerEpoch
  const clock = createFakeClock(slotStartMs(chain, slot + 1))
  const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
  const received = network.gossip.subscribe(topic)
  const peer = await startBareNode(chain, { status: genesisStatus(chain, forkDigestAtEpoch(chain, 10)) })
  const { pubsub } = peer.libp2p.services
  pubsub.subscribe(before!)
  pubsub.subscribe(after!)
  await peer.greet(network.addresses[0]!)
  await untilPeers(network, 1)
  await received.ready()
  await untilHeard(peer, after!)
  const late = Array.from({ length: 10 }, (_, n) =>
    payloadOf(chain, updateAt(chain, 'optimistic_update', forkSlot - 1 - n)),
  )
  const rpcs = pubsub as unknown as { sendRpc(peerId: string, rpc: object): boolean }
  for (const data of late) rpcs.sendRpc(network.peerId, { subscriptions: [], messages: [{ topic: before, data }] })
  const marker = updateAt(chain, 'optimistic_update', slot)
  rpcs.sendRpc(network.peerId, { subscriptions: [], messages: [{ topic: after, data: payloadOf(chain, marker) }] })
  const taken = await take(received, epochsAfter < 2 ? 11 : 1)
  expect(taken.at(-1)!.message).toEqual(marker)
  expect(network.peers[0]!.score).toBe(0)
})
