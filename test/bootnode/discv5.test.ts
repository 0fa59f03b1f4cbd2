import { afterEach, describe, expect, it, vi } from 'vitest'
import { type BootnodeOptions, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { fetchJoinDocument } from '../../src/discovery/index.ts'
import { bootstrapList, createLightClient } from '../../src/index.ts'
import { cleanUpAfterEach, startNetwork, testChain } from '../kit/network.ts'

/** What stands in for the published bootnodes: those of mainnet are not to be knocked at by tests. */
const published = vi.hoisted(() => new Map<string, readonly string[]>())
vi.mock('../../src/platform/node/discv5/bootstrap-records.ts', () => ({
  bootstrapRecords: (chainName: string) => published.get(chainName) ?? [],
}))

cleanUpAfterEach()
const LOOPBACK = '/ip4/127.0.0.1/udp/0'
const checkpoint = `0x${'11'.repeat(32)}` as const
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  published.clear()
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A devnet that is found by one of its chain's bootnodes of discv5, which is not a peer of anybody; with that bootnode's record. */
async function startDevnet(): Promise<{ devnet: Devnet; record: string }> {
  const found = await startNetwork({
    chain: testChain(),
    allowPrivateAddresses: true,
    discv5: { listen: LOOPBACK, bootEnrs: [] },
  })
  const record = await found.enr()
  const devnet = await createDevnet({ slotDurationMs: 1000, discv5: { bootEnrs: [record] } })
  stops.push(devnet.stop)
  return { devnet, record }
}

/** Starts a bootnode to which no beacon node is named. */
async function startBootnode(devnet: Devnet, options: Partial<BootnodeOptions> = {}) {
  const bootnode = await createBootnode({
    chain: devnet.chain,
    checkpoint: devnet.checkpoint(),
    allowPrivateAddresses: true,
    ...options,
  })
  stops.push(bootnode.stop)
  return bootnode
}

describe('a bootnode to which no beacon node is named', () => {
  it('finds one from the published bootnodes of the chain on, and serves clients', async () => {
    const { devnet, record } = await startDevnet()
    published.set(devnet.chain.name, [record])
    const bootnode = await startBootnode(devnet)
    await bootnode.ready()
    expect(bootnode.client.network.peers.map(({ id }) => id)).toEqual([devnet.network.peerId])

    const joined = await fetchJoinDocument(bootnode.url)
    const client = await createLightClient({ ...joined, checkpoint: joined.checkpoint! })
    stops.push(client.stop)
    await client.ready()
    expect(client.network.peers.map(({ id }) => id)).toEqual([bootnode.downstream.peerId])
  })

  it.each([
    ['records to begin with', (record: string) => ({ discv5: { listen: LOOPBACK, bootEnrs: [record] } })],
    ['a list of peers', (_: string, { network }: Devnet) => ({ peerSources: [bootstrapList(network.addresses)] })],
    ['node records', (_: string, { enr }: Devnet) => ({ enrs: [enr] })],
  ])('finds one by %s', async (_, options) => {
    const { devnet, record } = await startDevnet()
    const bootnode = await startBootnode(devnet, options(record, devnet))
    await bootnode.ready()
    expect(bootnode.client.network.peers.map(({ id }) => id)).toEqual([devnet.network.peerId])
  })

  it.each([
    ['the chain has no published bootnodes', {}, 'network-test has no published bootnodes'],
    ['discv5 is forbidden', { discv5: false }, 'discv5, which finds some, is forbidden'],
  ])('says so at once where %s', async (_, options, message) => {
    await expect(createBootnode({ chain: testChain(), checkpoint, ...options })).rejects.toMatchObject({
      code: 'bootnodes_missing',
      message: expect.stringContaining(message),
    })
  })
})
