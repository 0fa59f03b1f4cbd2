import type { RPC } from '@libp2p/gossipsub/message'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { hoodi, mainnet, sepolia } from '../../src/chain/index.ts'
import { type Subscription, topics } from '../../src/gossip/index.ts'
import { createGossipRouter } from '../../src/gossip/router.ts'
import type { Network } from '../../src/network/types.ts'
import { encodeLightClientObject, type LightClientObject } from '../../src/ssz/index.ts'
import { decompressBlock, encodeVarint } from '../../src/wire/index.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  listenOn,
  payloadOf,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  updateAt,
} from '../network/support.ts'
import { take, until, untilHeard, viewOf } from './support.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const slot = slotNow(chain)
const topicName = topicAt(chain, topic.name, slot)
const update = (n: number) => updateAt(chain, 'optimistic_update', slot - n)

/** What gossipsub's interface leaves out: its RPCs, as they are on the wire. */
interface Rpcs {
  sendRpc(peerId: string, rpc: RPC): boolean
  handleReceivedRpc(from: unknown, rpc: RPC): Promise<void>
}
const rpcsOf = ({ libp2p }: BareNode): Rpcs => libp2p.services.pubsub as unknown as Rpcs

interface Pair {
  readonly network: Network
  readonly peer: BareNode
  readonly received: Subscription<LightClientObject<'optimistic_update'>>
}

/** A network and a bare node, both in the topic and in each other's mesh. */
async function pair(): Promise<Pair> {
  const network = await startNetwork({ chain, listen: listenOn.tcp })
  const received = network.gossip.subscribe(topic)
  const peer = await startBareNode(chain)
  peer.libp2p.services.pubsub.subscribe(topicName)
  await peer.greet(network.addresses[0]!)
  await untilPeers(network, 1)
  await received.ready()
  await untilHeard(peer, topicName)
  return { network, peer, received }
}

describe('gossipsub', () => {
  it.each([mainnet, sepolia, hoodi])('runs with the parameters of the specification on $name', async (public_) => {
    expect(await createGossipRouter(public_, 'peer', () => 0).options()).toMatchObject({
      D: 8,
      Dlo: 6,
      Dhi: 12,
      Dlazy: 6,
      heartbeatInterval: 700,
      fanoutTTL: 60_000,
      mcacheLength: 6,
      mcacheGossip: 3,
      seenTTL: 12_000 * 32 * 2,
      globalSignaturePolicy: 'StrictNoSign',
    })
  })

  it('is offered as /meshsub/1.1.0, and never as floodsub', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const peer = await startBareNode(chain)
    const connection = await peer.libp2p.dial(multiaddr(network.addresses[0]!))
    const stream = await connection.newStream(['/meshsub/1.1.0'])
    expect(stream.protocol).toBe('/meshsub/1.1.0')
    await expect(connection.newStream(['/floodsub/1.0.0'])).rejects.toThrow()
  })
})

describe('a message', () => {
  const fields = {
    'told with its author': (peer: BareNode) => ({ from: peer.libp2p.peerId.toMultihash().bytes }),
    numbered: () => ({ seqno: new Uint8Array(8).fill(1) }),
    signed: () => ({ signature: new Uint8Array(64).fill(2) }),
    'with a key': () => ({ key: new Uint8Array(37).fill(3) }),
  }

  it.each(Object.entries(fields))('that is %s is rejected', async (_, more) => {
    const { network, peer, received } = await pair()
    const send = (n: number, extra: object) =>
      rpcsOf(peer).sendRpc(network.peerId, {
        subscriptions: [],
        messages: [{ topic: topicName, data: payloadOf(chain, update(n)), ...extra }],
      })
    expect(send(2, more(peer))).toBe(true)
    send(1, {})
    const [first] = await take(received, 1)
    expect(first!.message).toEqual(update(1))
    expect(received.queued).toBe(0)
  })

  it.each(Object.entries(fields))('that is %s costs its sender', async (_, more) => {
    const router = createGossipRouter(chain, 'peer', () => 0)
    router.table.add(topic as Parameters<typeof router.table.add>[0])
    const node = await startBareNode(chain, { gossip: await router.options() })
    const peer = await startBareNode(chain)
    for (const { libp2p } of [node, peer]) libp2p.services.pubsub.subscribe(topicName)
    await peer.greet(node.address)
    await untilHeard(peer, topicName)
    const message = { topic: topicName, data: payloadOf(chain, update(1)), ...more(peer) }
    rpcsOf(peer).sendRpc(node.peerId, { subscriptions: [], messages: [message] })
    await until(() => viewOf(node, peer.peerId).score() < 0)
  })

  it('of ours says nothing of us', async () => {
    const { network, peer } = await pair()
    const messages = heardBy(peer)
    await network.gossip.publish(topic, update(1))
    await until(() => messages.length > 0)
    const [{ topic: name, data, ...more }] = messages as [(typeof messages)[number]]
    expect(Object.entries(more).filter(([, value]) => value != null)).toEqual([])
    expect(name).toBe(topicName)
    expect(Uint8Array.from(data!)).toEqual(payloadOf(chain, update(1)))
  })

  it('of ours is SSZ in one snappy block, under ssz_snappy', async () => {
    const { network, peer } = await pair()
    const messages = heardBy(peer)
    await network.gossip.publish(topic, update(1))
    await until(() => messages.length > 0)
    expect(messages[0]!.topic).toMatch(/^\/eth2\/[0-9a-f]{8}\/light_client_optimistic_update\/ssz_snappy$/)
    const ssz = encodeLightClientObject(chain, update(1))
    expect(decompressBlock(messages[0]!.data!, { maxBytes: ssz.length })).toEqual(ssz)
  })
})

/** Every message that comes to a bare node from now on, before it is judged. */
function heardBy(peer: BareNode): RPC.Message[] {
  const messages: RPC.Message[] = []
  const rpcs = rpcsOf(peer)
  const handle = rpcs.handleReceivedRpc.bind(rpcs)
  rpcs.handleReceivedRpc = (from, rpc) => {
    messages.push(...rpc.messages)
    return handle(from, rpc)
  }
  return messages
}

describe('an RPC', () => {
  it('that announces more than may be sent is refused before it is read', async () => {
    const { peer, received } = await pair()
    expect(received.peers).toEqual([peer.peerId])
    const [connection] = peer.libp2p.getConnections()
    const stream = await connection!.newStream(['/meshsub/1.1.0'])
    const most = 32 + 10 * 1024 * 1024 + Math.floor((10 * 1024 * 1024) / 6) + 1024
    // Its length alone: who waited for the rest would wait for ever.
    stream.send(encodeVarint(most + 1))
    await until(() => received.peers.length === 0)
  })
})
