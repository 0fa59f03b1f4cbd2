import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, vi } from 'vitest'
import { forkDigests, mainnet } from '../../src/chain/index.ts'
import { createGossipsubConfig, defineTopic, topics } from '../../src/gossip/index.ts'
import { createLibp2pNode } from '../../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../../src/network/node/node-dependencies.ts'
import { platform } from '../../src/platform/node/index.ts'
import { topicString } from '../../src/wire/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { pause, take, until } from '../kit/gossip.ts'
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
} from '../kit/network.ts'
import { connectSilentPeer } from '../kit/silent-peer.ts'

// What bare js-libp2p and gossipsub fall into. Others stand with their subject: lazy topics in lazy.test.ts, bans that outlive
// a connection in adversary.test.ts, validators that take their time in validators.test.ts.

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const slot = slotNow(chain)

/** Bytes that cannot be compressed. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536))
  bytes[0] = seed
  return bytes
}

const large = defineTopic<Uint8Array>({ name: 'large', decode: (bytes) => bytes, encode: (bytes) => bytes })

describe('a peer that answers no stream', () => {
  // Left to itself, libp2p would wait ten seconds for each, and open no other stream meanwhile.
  it('does not keep the next ones from gossip', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const received = network.gossip.subscribe(topic)
    for (let i = 0; i < 2; i++) await connectSilentPeer(network.addresses[0]!)
    const honest = await startNetwork({ chain, staticPeers: network.addresses })
    const own = honest.gossip.subscribe(topic)
    await own.ready()
    await received.ready()
    expect(await honest.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))).toBe(1)
    expect((await take(received, 1))[0]!.from).toBe(honest.peerId)
  })
})

describe('a payload', () => {
  it('of the most bytes that a peer takes arrives; one byte more is refused, not dropped on the way', async () => {
    const most = createGossipsubConfig(chain, 'peer', () => 0).maxPublishBytes
    const a = await startNetwork({ chain, listen: listenOn.tcp })
    const b = await startNetwork({ chain, staticPeers: a.addresses })
    const received = a.gossip.subscribe(large)
    const own = b.gossip.subscribe(large)
    await own.ready()
    await received.ready()
    const name = topicAt(chain, large.name, slot)
    await expect(b.gossip.publishRaw(name, noise(most + 1, 1))).rejects.toMatchObject({ code: 'publish_failed' })
    // A literal of snappy: its length, a tag with the length of what follows, the bytes.
    const body = noise(most - 8, 2)
    const raw = Uint8Array.from([...varint(body.length), 62 << 2, ...threeBytes(body.length - 1), ...body])
    expect(raw.length).toBe(most)
    expect(await b.gossip.publishRaw(name, raw)).toBe(1)
    expect((await take(received, 1))[0]!.data.length).toBe(body.length)
  })

  it('that is larger than its topic allows is refused before it is sent', async () => {
    const network = await startNetwork({ chain })
    await expect(network.gossip.publish(large, noise(10 * 1024 * 1024 + 1, 1))).rejects.toMatchObject({
      code: 'publish_failed',
    })
  })
})

describe('a listener that does not read', () => {
  it('is released once its buffer is full, so that it can come back and hear', async () => {
    const clock = createFakeClock(Date.now())
    const relay = await startNetwork({ chain, clock, role: 'relay', listen: listenOn.tcp })
    const own = relay.gossip.subscribe(large)
    const listener = await startBareNode(chain)
    const name = topicAt(chain, large.name, slot)
    const heard: number[] = []
    listener.libp2p.services.pubsub.subscribe(name)
    listener.libp2p.services.pubsub.addEventListener('message', ({ detail }) => heard.push(detail.data.length))
    await listener.greet(relay.addresses[0]!)
    await untilPeers(relay, 1)
    await own.ready()
    const inbound = listener.libp2p
      .getConnections()
      .flatMap(({ streams }) => streams)
      .filter(({ protocol, direction }) => direction === 'inbound' && protocol.startsWith('/meshsub/'))
    for (const stream of inbound) stream.pause()
    const losses = relay.events(['peer:disconnected'])
    // Until nothing more is taken for it: our stream is gone, and gossipsub opens no other.
    for (let n = 0; (await relay.gossip.publish(large, noise(900_000, n))) === 1; n++) await pause()
    await clock.advance(30_000)
    expect((await nextEvent(losses)).reason).toBe('its gossip stream broke')
    await until(() => listener.libp2p.getConnections().length === 0)
    await listener.greet(relay.addresses[0]!)
    await own.ready()
    expect(await relay.gossip.publish(large, noise(500_000, 1))).toBe(1)
    await until(() => heard.some((length) => length < 600_000))
  })
})

describe('score parameters', () => {
  it('of both light-client topics are there under every digest that the chain will have, from the start', async () => {
    for (const each of [mainnet, testChain({ fuluEpoch: 1000, blobEpoch: 2000 })]) {
      const scored = Object.keys((await createGossipsubConfig(each, 'peer', () => 0).options()).scoreParams!.topics!)
      const digests = forkDigests(each).map(({ digest }) => digest)
      expect(digests.length).toBeGreaterThan(1)
      expect(new Set(scored)).toEqual(
        new Set(
          digests.flatMap((digest) =>
            [topics.lightClientFinalityUpdate, topics.lightClientOptimisticUpdate].map(({ name }) =>
              topicString(digest, name),
            ),
          ),
        ),
      )
    }
  })
})

describe('peers that others name when they prune', () => {
  it('are not dialed, however good the score of who names them', async () => {
    const { scoreParams, scoreThresholds } = await createGossipsubConfig(chain, 'peer', () => 100).options()
    const best = 100 * scoreParams!.appSpecificWeight! + scoreParams!.topicScoreCap!
    expect(scoreThresholds!.acceptPXThreshold).toBeGreaterThan(best)
  })
})

describe('a method that is served only after peers connected', () => {
  it('is known to them, and can be asked for', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain, staticPeers: server.addresses })
    await untilPeers(client, 1)
    const id = '/eth2/beacon_chain/req/light_client_optimistic_update/1/ssz_snappy'
    expect(client.peers[0]!.protocols).not.toContain(id)
    const { protocols } = await import('../../src/reqresp/index.ts')
    server.reqresp.serve(protocols.lightClientOptimisticUpdate, function* () {
      yield updateAt(chain, 'optimistic_update', slot)
    })
    await until(() => client.peers[0]!.protocols.includes(id))
    const answer = await client.reqresp.request(protocols.lightClientOptimisticUpdate, undefined).single()
    expect(answer.value.attestedHeader.beacon.slot).toBe(slot)
  })
})

describe('what is known of a peer', () => {
  // The peer store forgets after six hours, and gossipsub then never learns that the peer has left.
  it('is kept while it is connected, however long, and gossip forgets it once it leaves', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const libp2p = await createLibp2pNode(
        await createNodeDependencies(platform, { chain, allowPrivateAddresses: true }),
      )
      await libp2p.start()
      const peer = await startBareNode(chain)
      const name = topicAt(chain, topic.name, slot)
      peer.libp2p.services.pubsub.subscribe(name)
      const { pubsub } = libp2p.services
      pubsub.subscribe(name, true)
      await libp2p.dial(multiaddr(peer.address))
      await until(() => pubsub.getSubscribers(name).length === 1)
      vi.setSystemTime(Date.now() + 24 * 3_600_000)
      const { protocols } = await libp2p.peerStore.get(peerIdFromString(peer.peerId))
      expect(protocols.some((protocol) => protocol.startsWith('/meshsub/'))).toBe(true)
      await peer.stop()
      await until(() => pubsub.getSubscribers(name).length === 0)
      await libp2p.stop()
    } finally {
      vi.useRealTimers()
    }
  })
})

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}

function threeBytes(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, value >>> 16]
}
