import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { attestationSubnetCount, BitArray } from '../../src/ssz/index.ts'
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
  untilStatus,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const otherChain = testChain({ root: '43' })
const gossipTopic = topics.lightClientOptimisticUpdate
const root = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

describe('the handshake', () => {
  for (const transport of ['tcp', 'ws'] as const) {
    it(`makes both sides count each other over ${transport}`, async () => {
      const listener = await startNetwork({ chain, listen: listenOn[transport] })
      const dialer = await startNetwork({ chain })
      const view = await dialer.connect(listener.addresses[0]!)
      await untilPeers(listener, 1)
      expect(view).toMatchObject({ id: listener.peerId, direction: 'outbound', persistent: false, score: 0 })
      expect(view.protocols).toContain(protocols.status.id)
      expect(view.agent).toMatch(/^lampara\/\d/)
      expect(listener.peers[0]).toMatchObject({ id: dialer.peerId, direction: 'inbound' })
      expect(listener.peers[0]!.status).toMatchObject({ finalizedEpoch: 0, headSlot: 0 })
    })
  }

  it('refuses a peer of another chain on both sides, and parts with goodbye 1', async () => {
    const listener = await startNetwork({ chain: otherChain, listen: listenOn.tcp })
    const dialer = await startNetwork({ chain })
    await expect(dialer.connect(listener.addresses[0]!)).rejects.toMatchObject({ code: 'irrelevant_network' })
    expect([dialer.peers, listener.peers]).toEqual([[], []])
    const stranger = await startBareNode(otherChain)
    await expect(dialer.connect(stranger.address)).rejects.toMatchObject({ code: 'irrelevant_network' })
    await expect.poll(() => stranger.goodbyes).toEqual([1])
  })

  it('refuses a dialer of another chain, having answered it', async () => {
    const listener = await startNetwork({ chain, listen: listenOn.tcp })
    const stranger = await startBareNode(otherChain)
    await stranger.greet(listener.addresses[0]!)
    await expect.poll(() => stranger.libp2p.getConnections()).toEqual([])
    expect(stranger.goodbyes).toEqual([1])
    expect(listener.peers).toEqual([])
  })

  it('refuses a peer that finalized another block in the same epoch', async () => {
    const dialer = await startNetwork({ chain })
    dialer.setStatus({
      finalizedRoot: root(1),
      finalizedEpoch: 4,
      headRoot: root(1),
      headSlot: 32,
      earliestAvailableSlot: 32,
    })
    const forked = await startBareNode(chain, {
      status: { ...genesisStatus(chain), finalizedEpoch: 4, finalizedRoot: root(2), headSlot: 40 },
    })
    await expect(dialer.connect(forked.address)).rejects.toMatchObject({ code: 'irrelevant_network' })
  })

  it('tells our own Status: genesis at first, then what was set', async () => {
    const dialer = await startNetwork({ chain })
    const [first, second] = [await startBareNode(chain), await startBareNode(chain)]
    await dialer.connect(first.address)
    const ours = {
      finalizedRoot: root(7),
      finalizedEpoch: 4,
      headRoot: root(8),
      headSlot: 40,
      earliestAvailableSlot: 40,
    }
    dialer.setStatus(ours)
    await dialer.connect(second.address)
    const { forkDigest } = genesisStatus(chain)
    expect(first.statuses).toEqual([genesisStatus(chain)])
    expect(second.statuses).toEqual([{ ...ours, forkDigest }])
  })

  it('falls back on Status 1 with a peer that knows no other', async () => {
    const dialer = await startNetwork({ chain })
    const old = await startBareNode(chain, { status: null })
    const statusV1 = protocols.status.fallbacks![0]!.protocol as unknown as typeof protocols.status
    old.reqresp.serve(statusV1, function* (request) {
      old.statuses.push(request)
      yield { ...genesisStatus(chain), headSlot: 3 }
    })
    const view = await dialer.connect(old.address)
    expect(view.status).toMatchObject({ headSlot: 3 })
    expect(view.status).not.toHaveProperty('earliestAvailableSlot')
    expect(old.statuses).toHaveLength(1)
  })

  it('does not count a peer that has no Status', async () => {
    const dialer = await startNetwork({ chain })
    const mute = await startBareNode(chain, { status: null })
    await expect(dialer.connect(mute.address)).rejects.toMatchObject({ code: 'protocol_unsupported' })
    await expect.poll(() => mute.libp2p.getConnections()).toEqual([])
  })

  it('asks a dialer that sends none after five seconds', async () => {
    const clock = createFakeClock(Date.now())
    const listener = await startNetwork({ chain, clock, listen: listenOn.tcp })
    const shy = await startBareNode(chain)
    const opened = new Promise((resolve) => shy.libp2p.addEventListener('peer:identify', resolve, { once: true }))
    await shy.libp2p.dial(multiaddr(listener.addresses[0]!))
    await opened
    await clock.advance(4_999)
    expect(shy.statuses).toEqual([])
    await clock.advance(1)
    await untilPeers(listener, 1)
    expect(shy.statuses).toHaveLength(1)
  })

  it('answers ping, and metadata in every version with no subnets and four custody groups', async () => {
    const listener = await startNetwork({ chain, listen: listenOn.tcp })
    const node = await startBareNode(chain)
    await node.greet(listener.addresses[0]!)
    const peer = listener.peerId
    expect(await node.reqresp.request(protocols.ping, 5n, { peer }).single()).toBe(0n)
    const metadata = await node.reqresp.request(protocols.metadata, undefined, { peer }).single()
    expect(metadata).toMatchObject({ seqNumber: 0n, custodyGroupCount: 4n })
    expect(metadata.attnets.getTrueBitIndexes()).toEqual([])
    expect(metadata.syncnets!.getTrueBitIndexes()).toEqual([])
    for (const { protocol } of protocols.metadata.fallbacks!) {
      expect(await node.reqresp.request(protocol, undefined, { peer }).single()).toMatchObject({ seqNumber: 0n })
    }
  })

  it('asks for metadata, and again when a ping of either side tells another sequence number, once each', async () => {
    const listener = await startNetwork({ chain, listen: listenOn.tcp })
    const node = await startBareNode(chain)
    const attnets = BitArray.fromBitLen(attestationSubnetCount)
    let seqNumber = 7n
    let asked = 0
    node.reqresp.serve(protocols.metadata, function* () {
      asked++
      yield { seqNumber, attnets, custodyGroupCount: 8n }
    })
    await node.greet(listener.addresses[0]!)
    await untilPeers(listener, 1)
    const ping = () => node.reqresp.request(protocols.ping, seqNumber, { peer: listener.peerId }).single()
    const metadata = () => listener.peers[0]?.metadata
    await ping()
    await expect.poll(metadata).toEqual({ sequenceNumber: 7, attnets: [], syncnets: [], custodyGroupCount: 8 })
    await ping()
    attnets.set(3, true)
    seqNumber = 8n
    await ping()
    await expect.poll(metadata).toMatchObject({ sequenceNumber: 8, attnets: [3] })
    expect(asked).toBe(2)
  })

  it('leaves a peer that changes to another network while connected', async () => {
    const listener = await startNetwork({ chain, listen: listenOn.tcp })
    const node = await startBareNode(chain)
    await node.greet(listener.addresses[0]!)
    await untilPeers(listener, 1)
    const losses = listener.events(['peer:disconnected'])
    const changed = { ...genesisStatus(chain), forkDigest: fromHex('0xdeadbeef') }
    await node.reqresp.request(protocols.status, changed, { peer: listener.peerId }).single()
    expect(await nextEvent(losses)).toMatchObject({ reason: expect.stringContaining('0xdeadbeef') })
    expect(listener.peers).toEqual([])
  })

  it('takes a goodbye for what it says', async () => {
    const listener = await startNetwork({ chain, listen: listenOn.tcp })
    const node = await startBareNode(chain)
    await node.greet(listener.addresses[0]!)
    await untilPeers(listener, 1)
    const losses = listener.events(['peer:disconnected'])
    await node.reqresp.request(protocols.goodbye, 129n, { peer: listener.peerId }).completed
    expect(await nextEvent(losses)).toMatchObject({ reason: 'goodbye from the peer: it has too many peers' })
    await expect.poll(() => node.libp2p.getConnections()).toEqual([])
  })
})

describe('two connections to one peer', () => {
  it('become one when each dialed the other, and gossip goes on over it', async () => {
    const a = await startNetwork({ chain, listen: listenOn.tcp })
    const b = await startNetwork({ chain, listen: listenOn.tcp })
    const [atA, atB] = [a, b].map(({ gossip }) => gossip.subscribe(gossipTopic))
    await Promise.allSettled([a.connect(b.addresses[0]!), b.connect(a.addresses[0]!)])
    await Promise.all([untilPeers(a, 1), untilPeers(b, 1)])
    await Promise.all([atA!.ready(), atB!.ready()])
    for (const network of [a, b]) expect(network.peers).toHaveLength(1)
    expect(a.peers[0]!.direction).not.toBe(b.peers[0]!.direction)
  })

  it('are one while the first works, though the peer dials again', async () => {
    const listener = await startNetwork({ chain, listen: [...listenOn.tcp, ...listenOn.ws] })
    const node = await startBareNode(chain)
    const [tcp, ws] = listener.addresses.map((address) => multiaddr(address))
    await node.greet(tcp!.toString())
    await untilPeers(listener, 1)
    const before = listener.peers[0]
    await node.libp2p.dial(ws!, { force: true }).catch(() => {})
    await expect.poll(() => node.libp2p.getConnections().length).toBe(1)
    expect(listener.peers[0]!.connectedAtMs).toBe(before!.connectedAtMs)
    expect(listener.status).toEqual(await untilStatus(listener, ({ peers }) => peers === 1))
  })
})
