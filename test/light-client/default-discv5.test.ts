import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { type CandidateSource, createLightClient, type LightClientOptions } from '../../src/index.ts'
import { cleanUpAfterEach, startNetwork, testChain } from '../kit/network.ts'

/** What stands in for the published bootnodes: those of mainnet are not to be knocked at by tests. */
const published = vi.hoisted(() => new Map<string, readonly string[]>())
vi.mock('../../src/platform/node/discv5/bootstrap-records.ts', () => ({
  bootstrapRecords: (chainName: string) => published.get(chainName) ?? [],
}))

cleanUpAfterEach()
const checkpoint = `0x${'11'.repeat(32)}` as const

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  published.clear()
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function create(options: LightClientOptions) {
  const client = await createLightClient(options)
  stops.push(client.stop)
  return client
}

describe('a light client in Node with nobody named', () => {
  it('finds a peer to follow from the bootnodes that are published for its chain', async () => {
    const bootnode = await startNetwork({
      chain: testChain(),
      allowPrivateAddresses: true,
      discv5: { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [] },
    })
    const record = await bootnode.enr()
    const devnet = await createDevnet({ slotDurationMs: 1000, discv5: { bootEnrs: [record] } })
    stops.push(devnet.stop)
    const { chain } = devnet
    published.set(chain.name, [record])
    const client = await create({ chain, checkpoint: devnet.checkpoint(), allowPrivateAddresses: true })
    await client.ready()
    expect(client.network.peers.map(({ id }) => id)).toEqual([devnet.network.peerId])
  })

  it('says at once that a chain without published bootnodes leaves it nobody to begin with', async () => {
    await expect(create({ chain: testChain(), checkpoint })).rejects.toMatchObject({
      code: 'bootnodes_missing',
      message: expect.stringContaining('network-test has no published bootnodes'),
    })
  })

  it.each([
    ['discv5 is forbidden', { discv5: false }],
    ['nobody is to be discovered', { targetPeers: 0 }],
    ['there is another source', { peerSources: [{ name: 'mine', async *candidates() {} } satisfies CandidateSource] }],
  ])('listens to no UDP port where %s', async (_, options) => {
    const client = await create({ chain: testChain(), checkpoint, ...options })
    expect(await client.network.enr()).toMatch(/^enr:/)
    expect(client.status.state).toBe('connecting')
  })

  it('asks nobody before it knows what to trust', async () => {
    published.set('network-test', [])
    const untrusting = { chain: testChain() } as LightClientOptions
    await expect(create(untrusting)).rejects.toMatchObject({ code: 'checkpoint_missing' })
  })
})
