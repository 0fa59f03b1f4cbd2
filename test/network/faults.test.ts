import { randomBytes } from 'node:crypto'
import { connect as openSocket } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forkDigestAtSlot } from '../../src/chain/index.ts'
import { defineTopic } from '../../src/gossip/index.ts'
import { withSafeSend } from '../../src/network/node/safe-muxer.ts'
import { createReqResp, protocols } from '../../src/reqresp/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { encodeVarint, topicString } from '../../src/wire/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  nextEvent,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

/** A node with one muxer and no gossipsub, which speaks Status. */
async function plainNode(muxer: 'yamux' | 'mplex'): Promise<Libp2p> {
  const node = await createLibp2p({
    privateKey: await generateKeyPair('secp256k1'),
    addresses: { listen: [...listenOn.tcp] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [withSafeSend(muxer === 'yamux' ? yamux() : mplex())],
    services: { identify: identify() },
  })
  const reqresp = createReqResp({
    libp2p: node,
    chain,
    clock: systemClock,
    selectPeer: () => undefined,
    onPenalty: () => {},
  })
  reqresp.serve(protocols.status, function* () {
    yield genesisStatus(chain)
  })
  onTestFinished(async () => {
    await reqresp.stop()
    await node.stop()
  })
  return node
}

describe('a network goes on', () => {
  for (const transport of ['tcp', 'ws'] as const) {
    it(`when unknown peers talk nonsense over ${transport}, hang up at once, or say nothing`, async () => {
      const network = await startNetwork({ chain, listen: listenOn[transport] })
      const port = Number(/tcp\/(\d+)/.exec(network.addresses[0]!)![1])
      const said = [
        Buffer.alloc(0),
        randomBytes(2_000),
        Buffer.from('\x13/multistream/1.0.0\n'),
        Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n'),
        Buffer.concat([Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n'), randomBytes(200)]),
        Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
        Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      ]
      await Promise.all(
        said.map(
          (bytes) =>
            new Promise<void>((resolve) => {
              const socket = openSocket(port, '127.0.0.1', () => socket.end(bytes))
              socket.on('error', () => {})
              socket.on('close', () => resolve())
              socket.resume()
              setTimeout(() => socket.destroy(), 200)
            }),
        ),
      )
      const quiet = openSocket(port, '127.0.0.1').on('error', () => {})
      const node = await startBareNode(chain)
      await node.greet(network.addresses[0]!)
      await untilPeers(network, 1)
      quiet.destroy()
    })
  }

  it('when a peer breaks off in the middle of the handshake', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    for (let i = 0; i < 5; i++) {
      const node = await startBareNode(chain)
      const connection = await node.libp2p.dial(multiaddr(network.addresses[0]!))
      if (i > 0) connection.newStream([protocols.status.id]).catch(() => {})
      if (i % 2 === 1) await connection.close()
      else connection.abort(new Error('gone'))
    }
    const node = await startBareNode(chain)
    await node.greet(network.addresses[0]!)
    await untilPeers(network, 1)
    expect(network.peers[0]!.id).toBe(node.peerId)
  })

  it('with a peer that speaks mplex only', async () => {
    const network = await startNetwork({ chain })
    const node = await plainNode('mplex')
    const view = await network.connect(node.getMultiaddrs()[0]!.toString())
    expect(node.getConnections()[0]!.multiplexer).toBe('/mplex/6.7.0')
    expect(view.status).toBeDefined()
  })
})

describe('a peer is left', () => {
  it('when it no longer answers pings, and dialed again when it is one to keep', async () => {
    const clock = createFakeClock(Date.now())
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain, clock, staticPeers: [node.address] })
    await untilPeers(network, 1)
    await expect.poll(() => network.peers[0]!.latencyMs).toBeDefined()
    await node.libp2p.handle(protocols.ping.id, () => {}, { force: true })
    const losses = network.events(['peer:disconnected'])
    const lost = nextEvent(losses)
    let over = false
    lost.then(() => {
      over = true
    })
    while (!over) {
      await clock.advance(1_000)
      await pause()
    }
    expect((await lost).reason).toBe('it does not answer pings')
    while (network.peers.length === 0) {
      await clock.advance(1_000)
      await pause()
    }
  })

  it('when it takes nothing in, while everybody else gets every message', async () => {
    const clock = createFakeClock(Date.now())
    const noise = defineTopic<Uint8Array>({
      name: 'noise',
      maxBytes: 100_000,
      decode: (bytes) => bytes,
      encode: (bytes) => bytes,
    })
    const relay = await startNetwork({ chain, clock, role: 'relay', listen: listenOn.tcp })
    const atRelay = relay.gossip.subscribe(noise)
    const client = await startNetwork({ chain, bootnodes: relay.addresses })
    const received = client.gossip.subscribe(noise, { maxQueued: 1000 })
    const node = await plainNode('yamux')
    await node.handle('/meshsub/1.1.0', (stream) => stream.pause())
    const connection = await node.dial(multiaddr(relay.addresses[0]!))
    const reqresp = createReqResp({
      libp2p: node,
      chain,
      clock: systemClock,
      selectPeer: () => undefined,
      onPenalty: () => {},
    })
    await reqresp.request(protocols.status, genesisStatus(chain), { peer: relay.peerId }).single()
    // RPC { subscriptions: [{ subscribe: true, topicid }] }, by hand.
    const topic = new TextEncoder().encode(topicString(forkDigestAtSlot(chain, slotNow(chain)), noise.name))
    const subscribe = Uint8Array.from([0x08, 0x01, 0x12, topic.length, ...topic])
    const rpc = Uint8Array.from([0x0a, subscribe.length, ...subscribe])
    const stream = await connection.newStream(['/meshsub/1.1.0'])
    stream.send(Uint8Array.from([...encodeVarint(rpc.length), ...rpc]))
    while (atRelay.peers.length < 2) await pause()
    await untilPeers(relay, 2)
    const losses = relay.events(['peer:disconnected'])
    const publish = (): Promise<number> => relay.gossip.publish(noise, Uint8Array.from(randomBytes(64_000)))
    while ((await publish()) < 2) await pause()
    const before = received.queued
    let reached = 2
    for (let i = 0; i < 40; i++) {
      reached = await publish()
      await pause()
    }
    while (received.queued < before + 40) await pause()
    expect(reached).toBe(1)
    await clock.advance(30_000)
    expect(await nextEvent(losses)).toMatchObject({
      peer: { id: node.peerId.toString() },
      reason: 'its gossip stream broke',
    })
    expect(relay.peers.map(({ id }) => id)).toEqual([client.peerId])
    await reqresp.stop()
  })

  it('that is a bootnode, when it lies: for as long as the ban lasts, which the status tells', async () => {
    const clock = createFakeClock(Date.now())
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain, clock, bootnodes: [node.address] })
    await untilPeers(network, 1)
    network.report(node.peerId, 'fatal', 'a lie')
    await expect.poll(() => network.status.error?.message).toContain('banned')
    expect(network.status.state).toBe('disconnected')
    await clock.advance(30 * 60_000 - 1)
    expect(network.peers).toEqual([])
    await clock.advance(1)
    await expect.poll(() => network.peers.length, { timeout: 45_000 }).toBe(1)
  })
})
