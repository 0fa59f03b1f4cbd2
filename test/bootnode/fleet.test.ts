import { afterEach, describe, expect, it } from 'vitest'
import { type Bootnode, type BootnodeOptions, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { fetchJoinDocument, parseJoinDocument } from '../../src/discovery/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { createNetwork } from '../../src/network/index.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(45_000)

async function startDevnet(slotDurationMs = 500): Promise<Devnet> {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs, forks: { electra: 0 } })
  stops.push(devnet.stop)
  return devnet
}

async function startBootnode(devnet: Devnet, options: Partial<BootnodeOptions> = {}): Promise<Bootnode> {
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    ...options,
  })
  stops.push(bootnode.stop)
  await bootnode.ready({ signal: soon() })
  return bootnode
}

describe('bootnodes of a fleet', () => {
  it('list each other in the join document after themselves, and not one that does not answer', async () => {
    const devnet = await startDevnet()
    const first = await startBootnode(devnet)
    const dead = 'http://127.0.0.1:1'
    const second = await startBootnode(devnet, { joinPeers: [first.url, dead] })
    const trouble: string[] = []
    second.watchSiblingTrouble((words) => void trouble.push(words))
    await expect.poll(() => second.siblings, { timeout: 45_000 }).toEqual(first.addresses)
    const document = await fetchJoinDocument(second.url, { signal: soon() })
    expect(document.bootnodes).toEqual([...second.addresses, ...first.addresses])
    expect(document.peerId).toBe(second.downstream.peerId)
    await expect.poll(() => trouble.join(), { timeout: 45_000 }).toContain('127.0.0.1:1')

    // A sibling's siblings are not taken from its word, and one that lists us is not reported as ourselves.
    const third = await startBootnode(devnet, { joinPeers: [second.url] })
    await expect.poll(() => third.siblings, { timeout: 45_000 }).toEqual(second.addresses)
  })

  it('do not list a bootnode of another chain, nor themselves', async () => {
    const [devnet, other] = [await startDevnet(), await startDevnet(600)]
    const foreign = await startBootnode(other)
    const bootnode = await startBootnode(devnet, { http: { port: 0 }, joinPeers: [foreign.url] })
    const trouble: string[] = []
    bootnode.watchSiblingTrouble((words) => void trouble.push(words))
    await expect.poll(() => trouble.join(), { timeout: 45_000 }).toContain('it is of the chain')
    expect(bootnode.siblings).toEqual([])
  })

  it('send clients to the siblings at the end: not ready, no new clients, a Goodbye, and the others in the document', async () => {
    const devnet = await startDevnet()
    const sibling = await startBootnode(devnet)
    const ending = await startBootnode(devnet, { joinPeers: [sibling.url] })
    await expect.poll(() => ending.siblings.length, { timeout: 45_000 }).toBe(1)
    const { bootnodes } = await fetchJoinDocument(ending.url, { signal: soon() })
    const client = await createLightClient({
      chain: devnet.chain,
      bootnodes,
      checkpoint: ending.checkpoint()!,
      maxBootnodes: 1,
    })
    stops.push(client.stop)
    await client.ready({ signal: soon() })
    // The draw is the client's: it may be with either of them.
    if (client.network.peers[0]!.id !== ending.downstream.peerId) {
      await client.network.connect(ending.addresses[0]!, { signal: soon() })
    }
    const gone = client.network.events(['peer:disconnected'], { signal: soon() })[Symbol.asyncIterator]()
    const left = gone.next()
    await ending.drain()
    expect((await left).value).toMatchObject({
      peer: { id: ending.downstream.peerId },
      reason: 'goodbye from the peer: it shuts down',
    })
    expect(ending.downstream.peers).toEqual([])
    const ready = await fetch(`${ending.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, draining: true }])
    expect((await fetch(`${ending.url}/health`)).status).toBe(200)
    expect((await fetchJoinDocument(ending.url, { signal: soon() })).bootnodes).toEqual(sibling.addresses)
    const newcomer = await createNetwork({ chain: devnet.chain })
    stops.push(() => newcomer.stop())
    await expect(newcomer.connect(ending.addresses[0]!, { signal: soon() })).rejects.toThrow()
    await ending.stop()
    const with_ = () => client.network.peers.map(({ id }) => id)
    await expect.poll(with_, { timeout: 45_000 }).toEqual([sibling.downstream.peerId])
    for await (const head of client.heads({ signal: soon() })) {
      if (head.slot > sibling.client.status.optimistic!.slot - 1) break
    }
  })

  it('spread the Goodbyes over the window, and all at once when its signal aborts', async () => {
    const devnet = await startDevnet()
    const bootnode = await startBootnode(devnet)
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const network = await createNetwork({ chain: devnet.chain })
        stops.push(() => network.stop())
        await network.connect(bootnode.addresses[0]!, { signal: soon() })
        return network
      }),
    )
    await expect.poll(() => bootnode.downstream.peers.length).toBe(6)
    const hurry = new AbortController()
    const drained = bootnode.drain({ windowMs: 60_000, signal: hurry.signal })
    await expect.poll(() => bootnode.downstream.peers.length, { timeout: 45_000 }).toBe(5)
    hurry.abort()
    await drained
    expect(bootnode.downstream.peers).toEqual([])
    await expect.poll(() => clients.flatMap(({ peers }) => peers)).toEqual([])
  })

  it.each([[5], ['a/b'], ['x'.repeat(129)], [{}]])('refuse a join document whose peer id is %j', (peerId) => {
    expect(() => parseJoinDocument({ chain: 'mainnet', bootnodes: [], peerId })).toThrow('peerId is not a peer id')
  })
})
