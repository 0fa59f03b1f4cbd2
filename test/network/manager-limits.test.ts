import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { createNetworkOn } from '../../src/network/create-network-on.ts'
import { peerLimits } from '../../src/network/limits/peer-limits.ts'
import type { Network, NetworkOptions } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { createFakeClock, type FakeClock } from '../kit/fake-clock.ts'
import {
  cleanUpAfterEach,
  listenOn,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const local = { allowPrivateAddresses: true } as const

describe('limits', () => {
  const limitsOf = (options: Partial<NetworkOptions>) => peerLimits({ name: 'node' }, { chain, ...options })

  it('reserve room for peers that we dial', () => {
    expect(limitsOf({})).toMatchObject({ target: 10, maxOutbound: 10, maxInbound: 90 })
    expect(limitsOf({ maxConnections: 12, targetPeers: 10 })).toMatchObject({ maxInbound: 6 })
    expect(limitsOf({ targetPeers: 0 })).toMatchObject({ maxOutbound: 0, maxInbound: 100 })
  })

  it('let some more in than may stay, but no more than its clients into a relay', () => {
    expect(limitsOf({ maxInbound: 50 }).hard.inbound).toBe(55)
    expect(limitsOf({ role: 'relay', targetPeers: 0, maxConnections: 50 }).hard.inbound).toBe(50)
    expect(limitsOf({ maxInbound: 0 }).hard.inbound).toBe(0)
  })

  it('leave to libp2p what lies beyond all of them', () => {
    const { hard, maxInbound, maxOutbound } = limitsOf({ staticPeers: ['a', 'b'] })
    expect(hard.all).toBeGreaterThan(maxInbound + maxOutbound + 2)
  })

  it.each([{ maxInbound: -1 }, { maxOutbound: 0.5 }, { maxPerSubnet: Number.NaN }, { targetPeers: -1 }])(
    'that are no whole numbers are refused: %o',
    async (options) => {
      await expect(startNetwork({ chain, ...options })).rejects.toMatchObject({ code: 'invalid_argument' })
    },
  )

  it.each(['unconditionalPeers', 'privatePeers'])('hold for peer ids only: %s', async (name) => {
    await expect(startNetwork({ chain, [name]: ['nobody'] })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('a network that is full', () => {
  it('refuses anyone who dials it, but not an unconditional peer', async () => {
    const friendKey = await generateKeyPair('secp256k1')
    const friend = peerIdFromPrivateKey(friendKey).toString()
    const server = await startNetwork({ chain, listen: listenOn.tcp, maxInbound: 0, unconditionalPeers: [friend] })
    const stranger = await startBareNode(chain)
    await expect(stranger.greet(server.addresses[0]!)).rejects.toThrow()
    const known = await startBareNode(chain, { privateKey: friendKey })
    await known.greet(server.addresses[0]!)
    await untilPeers(server, 1)
    expect(server.peers[0]?.id).toBe(friend)
  })

  it('lets a newcomer in, and then disconnects one with the words that it has too many peers', async () => {
    const clock = createFakeClock(Date.now())
    const server = await createNetworkOn(platform, { chain, clock, listen: listenOn.tcp, maxInbound: 1 })
    try {
      const [first, second] = [await startBareNode(chain), await startBareNode(chain)]
      await first.greet(server.addresses[0]!)
      await second.greet(server.addresses[0]!)
      await untilPeers(server, 2)
      const told = (): number[] => [...first.goodbyes, ...second.goodbyes]
      await passUntil(clock, () => told().length > 0)
      expect(told()).toEqual([129])
      await untilPeers(server, 1)
    } finally {
      await stopIn(clock, server)
    }
  })

  it('keeps of two that are otherwise alike the one that answered a request for data', async () => {
    const clock = createFakeClock(Date.now())
    const server = await createNetworkOn(platform, { chain, clock, listen: listenOn.tcp, maxInbound: 1 })
    try {
      const [mute, helpful] = [await startBareNode(chain), await startBareNode(chain)]
      helpful.reqresp.serve(protocols.lightClientOptimisticUpdate, () => [updateAt(chain, 'optimistic_update', 8)])
      // The newest of equals is the first to go, and nobody is within the first minute: both miss the round that it ends in.
      for (const node of [mute, helpful]) {
        // Their quota for pings runs on the machine's clock, far slower than ours.
        await node.libp2p.unhandle(protocols.ping.id)
        await clock.advance(1_000)
        await node.greet(server.addresses[0]!)
      }
      await untilPeers(server, 2)
      await askAll(server, helpful.peerId)
      expect(servedBy(server)).toEqual({ [mute.peerId]: undefined, [helpful.peerId]: clock.now() })
      await passUntil(clock, () => mute.goodbyes.length + helpful.goodbyes.length > 0)
      expect([mute.goodbyes, helpful.goodbyes]).toEqual([[129], []])
      await untilPeers(server, 1)
      expect(Object.keys(servedBy(server))).toEqual([helpful.peerId])
    } finally {
      await stopIn(clock, server)
    }
  })

  it('forgets what a peer served when it leaves', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const helpful = await startBareNode(chain)
    helpful.reqresp.serve(protocols.lightClientOptimisticUpdate, () => [updateAt(chain, 'optimistic_update', 8)])
    await server.connect(helpful.address)
    await askAll(server, helpful.peerId)
    expect(servedBy(server)).toEqual({ [helpful.peerId]: expect.any(Number) })
    await server.disconnect(helpful.peerId)
    await server.connect(helpful.address)
    expect(servedBy(server)).toEqual({ [helpful.peerId]: undefined })
  })
})

it('a private peer is never advertised', async () => {
  const server = await startNetwork({ chain, listen: listenOn.tcp })
  const client = await startNetwork({
    chain,
    ...local,
    enrs: [await server.enr()],
    privatePeers: [server.peerId],
  })
  await untilPeers(client, 1)
  expect(client.samplePeers(10)).toEqual([])
})

/** Lets time pass in steps that leave the wire time to answer. */
async function passUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await clock.advance(500)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Asks for data until the answer is over. */
async function askAll({ reqresp }: Network, peer: string): Promise<void> {
  const exchange = reqresp.request(protocols.lightClientOptimisticUpdate, undefined, { peer })
  await exchange.single()
  await exchange.completed
}

/** When each peer served last. */
function servedBy({ peers }: Network): Record<string, number | undefined> {
  return Object.fromEntries(peers.map(({ id, lastServedAtMs }) => [id, lastServedAtMs]))
}

async function stopIn(clock: FakeClock, network: Network): Promise<void> {
  let stopped = false
  network.stop().finally(() => {
    stopped = true
  })
  await passUntil(clock, () => stopped)
}
