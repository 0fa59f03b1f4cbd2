import { afterEach, describe, expect, it } from 'vitest'
import { openGateway } from '../../src/bootnode/gateway/open-gateway.ts'
import { type BootnodeOptions, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { lightClientOptimisticUpdate } from '../../src/gossip/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { Network } from '../../src/network/types.ts'
import { untilPeers } from '../kit/network.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(45_000)

async function startDevnet(fork: 'deneb' | 'electra' = 'electra'): Promise<Devnet> {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { [fork]: 0 } })
  stops.push(devnet.stop)
  return devnet
}

/** A devnet, and a bootnode that follows it. */
async function setUp(options: Partial<BootnodeOptions> = {}, devnet?: Devnet) {
  devnet ??= await startDevnet()
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    allowPrivateAddresses: true,
    // It is the only beacon node there is.
    tunnel: { minUpstreamPeers: 0 },
    ...options,
  })
  stops.push(bootnode.stop)
  await bootnode.ready({ signal: soon() })
  const tcp = devnet.addresses.find((address) => /\/tcp\/\d+\/p2p\//.test(address)) ?? ''
  const [bootnodeAddress = ''] = bootnode.addresses
  return { devnet, bootnode, bootnodeAddress, tcp, tunnelled: `${bootnodeAddress}/lampara-tunnel${tcp}` }
}

/** A network that has of all transports what a page has. */
async function startPage(options: Parameters<typeof createNetwork>[0]): Promise<Network> {
  const page = await createNetwork({ ...options, transports: { only: ['websocket', 'tunnel'] }, targetPeers: 0 })
  stops.push(() => page.stop())
  return page
}

describe('a bootnode with few upstream peers', () => {
  it('leads no tunnel to one of them, unless the operator names it', async () => {
    const { devnet, bootnode, bootnodeAddress, tunnelled } = await setUp({ tunnel: true })
    const page = await startPage({ chain: devnet.chain, bootnodes: [bootnodeAddress] })
    await untilPeers(page, 1)
    await expect(page.connect(tunnelled, { signal: soon() })).rejects.toMatchObject({ code: 'dial_failed' })
    expect(bootnode.tunnelCounts).toMatchObject({ opened: 0, refused: { target_upstream: 1 } })
    const named = await setUp({ tunnel: { targets: devnet.addresses } }, devnet)
    const other = await startPage({ chain: devnet.chain, bootnodes: [named.bootnodeAddress] })
    await untilPeers(other, 1)
    await other.connect(named.tunnelled, { signal: soon() })
    expect(named.bootnode.tunnelCounts).toMatchObject({ opened: 1 })
  })
})

describe('a page', () => {
  it('counts a beacon node behind a bootnode as a peer, and frees it when it leaves', async () => {
    const { devnet, bootnode, bootnodeAddress, tunnelled } = await setUp()
    const page = await startPage({ chain: devnet.chain, bootnodes: [bootnodeAddress], staticPeers: [tunnelled] })
    await untilPeers(page, 2)
    const peer = page.peers.find(({ id }) => id !== bootnode.downstream.peerId)
    expect(peer?.address).toMatch(new RegExp(`^/p2p/${bootnode.downstream.peerId}/lampara-tunnel/ip4/127.0.0.1/tcp/`))
    expect(peer?.status?.forkDigest).toBeDefined()
    expect(bootnode.tunnelCounts).toMatchObject({ live: 1, opened: 1 })
    await page.stop()
    await expect.poll(() => bootnode.tunnelCounts?.live).toBe(0)
  })

  it('follows the chain by a beacon node alone where the bootnode keeps everything from it but tunnels', async () => {
    const devnet = await startDevnet()
    const { chain } = devnet
    const mute = await createNetwork({ chain, role: 'relay', listen: ['/ip4/127.0.0.1/tcp/0/ws'], targetPeers: 0 })
    stops.push(() => mute.stop())
    const [tcp = ''] = devnet.addresses
    const gateway = await openGateway({ allowPrivateAddresses: true, tunnel: { targets: [tcp] } }, mute, mute)
    stops.push(async () => gateway?.stop())
    const page = await startPage({
      chain,
      bootnodes: mute.addresses,
      staticPeers: [`${mute.addresses[0]}/lampara-tunnel${tcp}`],
    })
    const heard = new Set<string>()
    void (async () => {
      for await (const { from } of page.gossip.subscribe(lightClientOptimisticUpdate)) heard.add(from)
    })()
    const client = await createLightClient({ network: page, chain, checkpoint: devnet.checkpoint() })
    stops.push(client.stop)
    const first = await client.ready({ signal: soon() })
    for await (const head of client.heads({ signal: soon() })) if (head.slot >= first.slot + 3) break
    expect([...heard]).toEqual([tcp.split('/p2p/').at(-1)])
  })

  it('that knows the bootnode alone learns of a beacon node by it, and dials it through it', async () => {
    const devnet = await startDevnet()
    const { bootnode } = await setUp({ enrs: [await devnet.network.enr()] }, devnet)
    // It tells only of those that it has reached.
    await expect
      .poll(() => bootnode.client.network.samplePeers(1, ({ table }) => table === 'old'), { timeout: 45_000 })
      .toHaveLength(1)
    const page = await createNetwork({
      chain: devnet.chain,
      bootnodes: bootnode.addresses,
      allowPrivateAddresses: true,
      transports: { only: ['websocket', 'tunnel'] },
    })
    stops.push(() => page.stop())
    await untilPeers(page, 2)
    expect(page.peers.find(({ id }) => id === devnet.network.peerId)?.address).toContain(
      `/p2p/${bootnode.downstream.peerId}/lampara-tunnel/`,
    )
    expect(bootnode.tunnelCounts).toMatchObject({ live: 1, opened: 1 })
  })

  it('gets no tunnel to a private address from a bootnode that is not told to', async () => {
    const { devnet, bootnode, tunnelled } = await setUp({ allowPrivateAddresses: false })
    const page = await startPage({ chain: devnet.chain, bootnodes: bootnode.addresses })
    await expect(page.connect(tunnelled, { signal: soon() })).rejects.toMatchObject({ code: 'dial_failed' })
    expect(bootnode.tunnelCounts?.refused).toMatchObject({ address_not_public: 1 })
  })

  it('gets no tunnel to what the bootnode has not reached, unless its operator named it', async () => {
    // Two that are alike and begin in one second are one chain.
    const other = await startDevnet('deneb')
    const tcp = other.addresses.find((address) => /\/tcp\/\d+\/p2p\//.test(address)) ?? ''
    const { devnet, bootnode, bootnodeAddress } = await setUp()
    const page = await startPage({ chain: devnet.chain, bootnodes: [bootnodeAddress] })
    await expect(page.connect(`${bootnodeAddress}/lampara-tunnel${tcp}`, { signal: soon() })).rejects.toThrow()
    expect(bootnode.tunnelCounts).toMatchObject({ opened: 0, refused: { target_unknown: 1 } })
    const named = await setUp({ tunnel: { targets: [tcp] } })
    const second = await startPage({ chain: named.devnet.chain, bootnodes: [named.bootnodeAddress] })
    // Another chain: the tunnel opens, and the Status does not match.
    await expect(second.connect(`${named.bootnodeAddress}/lampara-tunnel${tcp}`, { signal: soon() })).rejects.toThrow()
    expect(named.bootnode.tunnelCounts).toMatchObject({ opened: 1, refused: { target_unknown: 0 } })
  })

  it('gets no tunnel at all where the bootnode opens none', async () => {
    const { devnet, bootnode, tunnelled } = await setUp({ tunnel: false })
    const page = await startPage({ chain: devnet.chain, bootnodes: bootnode.addresses })
    await expect(page.connect(tunnelled, { signal: soon() })).rejects.toMatchObject({ code: 'dial_failed' })
    expect(bootnode.tunnelCounts).toBeUndefined()
  })
})
