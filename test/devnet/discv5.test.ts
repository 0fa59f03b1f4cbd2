import { afterEach, describe, expect, it } from 'vitest'
import { createDevnet, type Devnet, type MadeDevnetOptions } from '../../src/devnet/index.ts'
import { decodeEnr, forkIdAt, forkIdOf } from '../../src/discovery/enr/index.ts'
import { fetchJoinDocument } from '../../src/discovery/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers } from '../kit/network.ts'

cleanUpAfterEach()
const LOOPBACK = '/ip4/127.0.0.1/udp/0'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(options: MadeDevnetOptions): Promise<Devnet> {
  const devnet = await createDevnet({ slotDurationMs: 500, ...options })
  stops.push(devnet.stop)
  return devnet
}

describe('a devnet with discv5', () => {
  it('and three nodes of its chain find each other by the record of a bootnode that is of no chain of theirs', async () => {
    const bootnode = await startNetwork({
      chain: testChain(),
      allowPrivateAddresses: true,
      discv5: { listen: LOOPBACK, bootEnrs: [] },
    })
    const bootstrap = [await bootnode.enr()]
    const devnet = await start({ discv5: { bootEnrs: bootstrap } })
    const { chain } = devnet
    const local = { chain, listen: listenOn.tcp, allowPrivateAddresses: true } as const
    const nodes = await Promise.all(
      [1, 2, 3].map(() => startNetwork({ ...local, discv5: { listen: LOOPBACK, bootEnrs: bootstrap } })),
    )
    const all = [devnet.network, ...nodes]
    await Promise.all(all.map((network) => untilPeers(network, 3)))
    for (const network of all) {
      const others = all.filter((other) => other !== network).map(({ peerId }) => peerId)
      // Two that dial each other at the same moment part with one connection, and may greet again on the other.
      await expect.poll(() => network.peers.map(({ id }) => id).sort()).toEqual(others.sort())
    }
    expect(bootnode.peers).toEqual([])
    // It does not only wait to be found.
    const known = () => devnet.network.samplePeers(10).map(({ id }) => id)
    await expect.poll(() => known().sort(), { timeout: 45_000 }).toEqual(nodes.map(({ peerId }) => peerId).sort())
  })

  it('is followed to a newly finalized head by a client that knows its record alone', async () => {
    const devnet = await start({ discv5: true })
    const checkpoint = devnet.checkpoint()
    const from = devnet.finalized().slot
    const client = await createLightClient({
      chain: devnet.chain,
      checkpoint,
      allowPrivateAddresses: true,
      discv5: { listen: LOOPBACK, bootEnrs: [devnet.enr] },
    })
    stops.push(client.stop)
    for await (const { slot } of client.heads({ kind: 'finalized' })) if (slot > from) break
    expect(client.network.peers).toMatchObject([{ id: devnet.network.peerId, direction: 'outbound' }])
    expect(client.network.peers[0]?.address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\//)
  })

  it('tells its record in its join document and by its Beacon API, as it is after a fork', async () => {
    const devnet = await start({ discv5: true, forks: { electra: 0, fulu: 5 } })
    const told = async (): Promise<string> => {
      const identity = await fetch(`${devnet.restUrl}/eth/v1/node/identity`)
      const { data } = (await identity.json()) as { data: { enr: string } }
      const { enrs } = await fetchJoinDocument(devnet.restUrl)
      expect(enrs).toEqual([data.enr])
      return data.enr
    }
    const before = decodeEnr(await told())
    expect(before.peerId).toBe(devnet.network.peerId)
    expect(before.pairs.has('udp') && before.pairs.has('tcp')).toBe(true)
    expect(forkIdOf(before)?.nextForkEpoch).toBe(5)
    for await (const event of devnet.events()) if (event.type === 'slot' && event.slot > 40) break
    const after = decodeEnr(await told())
    expect(after.text).toBe(devnet.enr)
    expect(forkIdOf(after)).toEqual(forkIdAt(devnet.chain, devnet.clock.now()))
    expect(after.seq).toBeGreaterThan(before.seq)
  })

  it.each([
    [{ port: 65_536 }, 'invalid_argument'],
    [{ bootEnrs: ['enr:nonsense'] }, 'enr_invalid'],
  ])('refuses %j', async (discv5, code) => {
    await expect(createDevnet({ discv5 })).rejects.toMatchObject({ code })
  })
})
