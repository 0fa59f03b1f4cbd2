import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { decodeEnr, forkIdAt, forkIdOf } from '../../src/discovery/enr/index.ts'
import { type Chain, createNetwork, fromBeaconApi, type Network, type NetworkOptions, topics } from '../../src/index.ts'
import { itsViewOf } from '../kit/interop/its-view.ts'
import { type Lodestar, startLodestar } from '../kit/interop/lodestar.ts'

let lodestar: Lodestar
let chain: Chain
const networks: Network[] = []

beforeAll(async () => {
  lodestar = await startLodestar({ discv5: true })
  chain = await fromBeaconApi(lodestar.restUrl)
})
afterAll(() => lodestar?.stop())
afterEach(async () => {
  await Promise.all(networks.splice(0).map((network) => network.stop()))
})

const within = (ms: number): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(ms) })

/** A node of ours that knows nothing of anybody but Lodestar's record. */
async function discover(options: Partial<NetworkOptions> = {}): Promise<Network> {
  const discv5 = { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [lodestar.record] }
  const network = await createNetwork({ chain, allowPrivateAddresses: true, discv5, ...options })
  networks.push(network)
  return network
}

/** Resolves when so many peers count. @throws the signal's reason */
async function untilPeers(network: Network, count: number, { signal }: { signal: AbortSignal }): Promise<void> {
  if (network.peers.length >= count) return
  for await (const _ of network.events(['peer:connected'], { signal })) if (network.peers.length >= count) return
}

describe('a Lodestar beacon node of which only the record is known', () => {
  it('tells in it who it is, where, and on which chain', () => {
    const enr = decodeEnr(lodestar.record)
    expect(enr.peerId).toBe(lodestar.peerId)
    expect(forkIdOf(enr)).toEqual(forkIdAt(chain, Date.now()))
  })

  it('is connected, counts us as a peer, and is heard', async () => {
    const network = await discover()
    await untilPeers(network, 1, within(60_000))
    expect(network.peers).toMatchObject([{ id: lodestar.peerId, direction: 'outbound', enr: lodestar.record }])
    const updates = network.gossip.subscribe(topics.lightClientOptimisticUpdate, within(180_000))
    for await (const { from } of updates) {
      expect(from).toBe(lodestar.peerId)
      break
    }
    expect(await itsViewOf(lodestar, network.peerId)).toMatchObject({ state: 'connected', direction: 'inbound' })
  })

  it('lets two nodes of ours find each other that know of it alone', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => discover({ listen: ['/ip4/127.0.0.1/tcp/0'] })))
    await Promise.all([untilPeers(first!, 2, within(180_000)), untilPeers(second!, 2, within(180_000))])
    expect(first!.peers.map(({ id }) => id).sort()).toEqual([lodestar.peerId, second!.peerId].sort())
    expect(second!.peers.map(({ id }) => id).sort()).toEqual([lodestar.peerId, first!.peerId].sort())
  })
})
