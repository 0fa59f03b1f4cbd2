import { expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { defineTopic, topics } from '../../src/gossip/index.ts'
import { compressBlock, decompressBlock, topicString } from '../../src/wire/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { take, until, untilHeard } from '../kit/gossip.ts'
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
} from '../kit/network.ts'

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

it('nothing is sent on from the topic before a fork to the one after it, nor the other way', async () => {
  const clock = createFakeClock(slotStartMs(chain, forkSlot + 1))
  const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
  const note = defineTopic<Uint8Array>({
    name: 'note',
    maxBytes: 64,
    decode: (bytes) => bytes,
    encode: (bytes) => bytes,
  })
  network.gossip.validate(note, () => 'accept')
  const received = network.gossip.subscribe(note)
  const names = [9, 10].map((epoch) => topicString(forkDigestAtEpoch(chain, epoch), note.name))
  const status = genesisStatus(chain, forkDigestAtEpoch(chain, 10))
  const [sender, other] = [await startBareNode(chain, { status }), await startBareNode(chain, { status })]
  for (const peer of [sender, other]) {
    for (const name of names) peer.libp2p.services.pubsub.subscribe(name)
    await peer.greet(network.addresses[0]!)
    for (const name of names) await untilHeard(peer, name)
  }
  await received.ready()
  const forwarded: string[] = []
  other.libp2p.services.pubsub.addEventListener('message', ({ detail }) => {
    forwarded.push(`${names.indexOf(detail.topic)}:${decompressBlock(detail.data, { maxBytes: 64 })[0]}`)
  })
  const rpcs = sender.libp2p.services.pubsub as unknown as { sendRpc(peerId: string, rpc: object): boolean }
  const send = (name: number, byte: number): void => {
    const messages = [{ topic: names[name], data: compressBlock(Uint8Array.of(byte)) }]
    rpcs.sendRpc(network.peerId, { subscriptions: [], messages })
  }
  for (const byte of [1, 3]) send(0, byte)
  for (const byte of [2, 4]) send(1, byte)
  await until(() => forwarded.length >= 4)
  // What comes last over the same stream: whatever was sent on before it has come.
  send(1, 5)
  await until(() => forwarded.includes('1:5'))
  expect(forwarded.sort()).toEqual(['0:1', '0:3', '1:2', '1:4', '1:5'])
})
