import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch } from '../../src/chain/index.ts'
import { createNetworkOn } from '../../src/network/create-network-on.ts'
import { peerExchange, servePeerExchange } from '../../src/network/discovery/peer-exchange.ts'
import { platform } from '../../src/platform/node/index.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()

describe('every peer', () => {
  it('is reported while it is dialed, when it counts, and after it left, with why', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain })
    const connecting = client.connect(server.addresses[0]!)
    expect(client.allPeers()).toMatchObject([{ id: server.peerId, state: 'connecting', direction: 'outbound' }])
    await connecting
    expect(client.allPeers()).toMatchObject([{ id: server.peerId, state: 'connected' }])
    expect(client.peers).toMatchObject([{ state: 'connected' }])
    const left = nextEvent(client.events(['peer:disconnected']))
    await client.disconnect(server.peerId)
    expect((await left).peer).toMatchObject({ state: 'disconnected', disconnectReason: 'we left' })
    expect(client.peers).toEqual([])
    const [gone] = client.allPeers()
    expect(gone).toMatchObject({ id: server.peerId, state: 'disconnected', disconnectReason: 'we left' })
    expect(gone!.seenAtMs).toBeGreaterThanOrEqual(gone!.connectedAtMs)
  })

  it('is reported once, as it is now, however often it came and left', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain })
    for (let round = 0; round < 3; round++) {
      await client.connect(server.addresses[0]!)
      await client.disconnect(server.peerId)
    }
    await client.connect(server.addresses[0]!)
    expect(client.allPeers().map(({ state }) => state)).toEqual(['connected'])
  })

  it('comes with its record where one is known', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const record = await server.enr()
    const client = await startNetwork({ chain, allowPrivateAddresses: true, enrs: [record] })
    await untilPeers(client, 1)
    expect(client.allPeers()[0]?.enr).toBe(record)
  })
})

describe('half a minute after the start', () => {
  it.each([true, false])('it is told whether anybody was reached: %s', async (reachable) => {
    const clock = createFakeClock(Date.now())
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const peers = [...server.addresses]
    if (!reachable) await server.stop()
    const client = await createNetworkOn(platform, { chain, clock, staticPeers: peers })
    try {
      const result = nextEvent(client.events(['bootstrap:completed']))
      if (reachable) await untilPeers(client, 1)
      else await nextEvent(client.events(['dial:failed']))
      await clock.advance(30_000)
      expect(await result).toEqual({
        type: 'bootstrap:completed',
        connected: reachable,
        peers: reachable ? expect.any(Number) : 0,
        tried: 1,
      })
    } finally {
      const stopping = client.stop()
      await clock.advance(10_000)
      await stopping
    }
  })
})

it('a ban outlives a restart: the peer is neither dialed nor let in', async () => {
  const storage = memoryStorage()
  const liar = await startBareNode(chain)
  const before = await startNetwork({ chain, storage, listen: listenOn.tcp })
  const { peerId } = await before.connect(liar.address).then(() => liar)
  const banned = nextEvent(before.events(['peer:banned']))
  before.report(peerId, 'fatal', 'it lied')
  await banned
  await before.stop()
  const after = await startNetwork({ chain, storage, listen: listenOn.tcp })
  await expect(after.connect(liar.address)).rejects.toMatchObject({
    code: 'dial_failed',
    message: expect.stringContaining('banned'),
  })
  await expect(liar.greet(after.addresses[0]!)).rejects.toThrow()
})

it('a seed advertises those that it reached within a day, and no others', async () => {
  const server = await startNetwork({ chain, listen: listenOn.tcp })
  const local = { chain, allowPrivateAddresses: true } as const
  const seed = await startNetwork({ ...local, listen: listenOn.tcp, enrs: [await server.enr()] })
  await untilPeers(seed, 1)
  let now = (): number => Date.now()
  servePeerExchange(seed.reqresp, seed.samplePeers, { now: () => now() })
  const asker = await startNetwork({ ...local, targetPeers: 0 })
  await asker.connect(seed.addresses[0]!)
  const ask = async (): Promise<number> => {
    const request = { forkDigest: forkDigestAtEpoch(chain, 0), transports: ['tcp'], limit: 30 } as const
    return (await asker.reqresp.request(peerExchange, request, { peer: seed.peerId }).single()).length
  }
  expect(await ask()).toBe(1)
  now = () => Date.now() + 25 * 3_600_000
  expect(await ask()).toBe(0)
})
