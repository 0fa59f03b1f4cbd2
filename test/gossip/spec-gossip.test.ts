import { createHash } from 'node:crypto'
import type { RPC } from '@libp2p/gossipsub/message'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { hoodi, mainnet, sepolia } from '../../src/chain/index.ts'
import { createGossipsubConfig } from '../../src/gossip/gossipsub/gossipsub-config.ts'
import { type Subscription, topics } from '../../src/gossip/index.ts'
import type { Network } from '../../src/network/types.ts'
import { encodeLightClientObject, type LightClientObject } from '../../src/ssz/index.ts'
import { decompressBlock, encodeVarint } from '../../src/wire/index.ts'
import { take, until, untilHeard, viewOf } from '../kit/gossip.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  payloadOf,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

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
    expect(await createGossipsubConfig(public_, 'peer', () => 0).options()).toMatchObject({
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

  it('of a relay has no mesh and gossips nothing: it sends each message to all of its clients', async () => {
    expect(await createGossipsubConfig(chain, 'relay', () => 0).options()).toMatchObject({
      D: 0,
      Dlo: 0,
      Dhi: 0,
      Dlazy: 0,
      gossipFactor: 0,
      heartbeatInterval: 700,
      floodPublish: true,
    })
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.tcp, targetPeers: 0 })
    const own = relay.gossip.subscribe(topic)
    const clients = await Promise.all([1, 2, 3].map(() => startBareNode(chain)))
    for (const client of clients) {
      client.libp2p.services.pubsub.subscribe(topicName)
      await client.greet(relay.addresses[0]!)
      await untilHeard(client, topicName)
    }
    const heard = clients.map(heardBy)
    await until(() => own.peers.length === 3)
    expect(await relay.gossip.publish(topic, update(1))).toBe(3)
    await until(() => heard.every((messages) => messages.length > 0))
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
    const router = createGossipsubConfig(chain, 'peer', () => 0)
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

const empty = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }

/** Ids that control messages of one kind, which come to a bare node from now on, have named so far. */
function controlsOf(peer: BareNode, kind: 'iwant'): () => string[] {
  const ids: string[] = []
  const rpcs = rpcsOf(peer)
  const handle = rpcs.handleReceivedRpc.bind(rpcs)
  rpcs.handleReceivedRpc = (from, rpc) => {
    for (const { messageIDs = [] } of rpc.control?.[kind] ?? []) {
      ids.push(...messageIDs.map((id) => Buffer.from(id).toString('hex')))
    }
    return handle(from, rpc)
  }
  return () => ids
}

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

describe('a message of an unknown topic', () => {
  it.each([
    ['another name', topicAt(chain, 'voluntary_exit', slot)],
    ['another digest', '/eth2/deadbeef/light_client_optimistic_update/ssz_snappy'],
    ['another encoding', topicName.replace('ssz_snappy', 'ssz')],
  ])('is rejected: %s is delivered to nobody, and its sender is disconnected when it goes on', async (_, unknown) => {
    const { network, peer, received } = await pair()
    const losses = network.events(['peer:disconnected'])
    const send = (topic: string, n: number): void => {
      const messages = [{ topic, data: payloadOf(chain, update(n)) }]
      rpcsOf(peer).sendRpc(network.peerId, { subscriptions: [], messages })
    }
    send(unknown, 2)
    send(topicName, 1)
    const [first] = await take(received, 1)
    expect(first!.message).toEqual(update(1))
    for (let n = 3; n < 10; n++) send(unknown, n)
    await nextEvent(losses)
    expect(received.queued).toBe(0)
    expect(network.metrics.limits.exceeded).toEqual({ gossip_malformed: 1 })
  })
})

describe('a message id', () => {
  /** By the specification, from scratch. */
  const idOf = (domain: number, name: string, bytes: Uint8Array): string => {
    const length = Buffer.alloc(8)
    length.writeUInt32LE(name.length)
    const content = Buffer.concat([Uint8Array.of(domain, 0, 0, 0), length, Buffer.from(name), bytes])
    return createHash('sha256').update(content).digest().subarray(0, 20).toString('hex')
  }

  it('by which a network asks for what others have is that of the decompressed data', async () => {
    const { network, peer, received } = await pair()
    const ssz = encodeLightClientObject(chain, update(1))
    const id = idOf(1, topicName, ssz)
    const asked = controlsOf(peer, 'iwant')
    const ihave = [{ topicID: topicName, messageIDs: [Buffer.from(id, 'hex')] }]
    const send = (rpc: object): boolean => rpcsOf(peer).sendRpc(network.peerId, { subscriptions: [], ...rpc } as never)
    send({ messages: [], control: { ...empty, ihave } })
    await until(() => asked().includes(id))
    send({ messages: [{ topic: topicName, data: payloadOf(chain, update(1)) }] })
    await take(received, 1)
    // Once it is there it is known by that id, and not asked for again; another one is.
    const other = idOf(1, topicName, Uint8Array.of(9))
    for (const known of [id, other]) {
      const messageIDs = [Buffer.from(known, 'hex')]
      send({ messages: [], control: { ...empty, ihave: [{ topicID: topicName, messageIDs }] } })
    }
    await until(() => asked().includes(other))
    expect(asked().filter((one) => one === id)).toHaveLength(1)
  })

  it('of a network’s own making is over the raw data, in a domain of its own, where that is not a snappy', async () => {
    const router = createGossipsubConfig(chain, 'peer', () => 0)
    router.table.add(topic as Parameters<typeof router.table.add>[0])
    const { msgIdFn } = await router.options()
    const ssz = encodeLightClientObject(chain, update(1))
    const made = async (data: Uint8Array) => Buffer.from(await msgIdFn!({ topic: topicName, data } as never))
    expect((await made(Uint8Array.of(0xff, 0xff, 0xff))).toString('hex')).toBe(
      idOf(0, topicName, Uint8Array.of(0xff, 0xff, 0xff)),
    )
    expect((await made(payloadOf(chain, update(1)))).toString('hex')).toBe(idOf(1, topicName, ssz))
  })

  const naming = (messageID: Uint8Array) => ({
    IHAVE: { ...empty, ihave: [{ topicID: topicName, messageIDs: [messageID] }] },
    IWANT: { ...empty, iwant: [{ messageIDs: [messageID] }] },
    IDONTWANT: { ...empty, idontwant: [{ messageIDs: [messageID] }] },
  })
  const kinds = ['IHAVE', 'IWANT', 'IDONTWANT'] as const

  it.each(kinds.flatMap((kind) => [0, 19, 21].map((bytes) => [kind, bytes] as const)))(
    'in %s of %i bytes is rejected, and its sender is disconnected when it goes on',
    async (kind, bytes) => {
      const { network, peer } = await pair()
      const losses = network.events(['peer:disconnected'])
      for (let n = 0; n < 8; n++) {
        const control = naming(new Uint8Array(bytes).fill(n))[kind]
        rpcsOf(peer).sendRpc(network.peerId, { subscriptions: [], messages: [], control })
      }
      await nextEvent(losses)
      expect(network.metrics.limits.exceeded).toEqual({ gossip_malformed: 1 })
    },
    // Nine of them: without the rule the file ends all the same.
    10_000,
  )

  it.each(kinds)('in %s of 20 bytes costs nothing', async (kind) => {
    const { network, peer, received } = await pair()
    for (let n = 0; n < 8; n++) {
      const control = naming(new Uint8Array(20).fill(n))[kind]
      rpcsOf(peer).sendRpc(network.peerId, { subscriptions: [], messages: [], control })
    }
    rpcsOf(peer).sendRpc(network.peerId, {
      subscriptions: [],
      messages: [{ topic: topicName, data: payloadOf(chain, update(1)) }],
    })
    await take(received, 1)
    expect(network.metrics.limits.exceeded).toEqual({})
  })
})

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
