import { createServer } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLamparaError } from '../../src/errors/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { createNetworkOn } from '../../src/network/create-network-on.ts'
import { createNetwork } from '../../src/network/index.ts'
import type { NetworkStatus } from '../../src/network/types.ts'
import { platform } from '../../src/platform/node/index.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import { protocols } from '../../src/reqresp/index.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  payloadOf,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  untilStatus,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const somebody = '16Uiu2HAmMVA1qKL3VekYZVa3QnnfBfirUEvFmEdQk7MiwSgGCNNp'

/** An address on this machine that takes connections and says nothing. */
async function silentAddress(): Promise<{ address: string; close(): void }> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    address: `/ip4/127.0.0.1/tcp/${port}/p2p/${somebody}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** An address on this machine where nobody listens. */
async function deadAddress(): Promise<string> {
  const { address, close } = await silentAddress()
  close()
  return address
}

describe('a bootnode that dies and comes back', () => {
  for (const transport of ['tcp', 'ws'] as const) {
    it(`is told by the status, dialed again over ${transport}, and heard again`, async () => {
      const privateKey = (await generateKeyPair('secp256k1')).raw
      const start = (listen: readonly string[]) => startNetwork({ chain, role: 'relay', privateKey, listen })
      const first = await start(listenOn[transport])
      const address = first.addresses[0]!
      const client = await startNetwork({ chain, bootnodes: [address] })
      const received = client.gossip.subscribe(topic)
      const states: string[] = []
      client.watchStatus(({ state }) => states.push(state))
      await untilStatus(client, ({ state }) => state === 'connected')
      await first.stop()
      const { error } = await untilStatus(client, ({ error }) => error !== undefined)
      expect(error).toMatchObject({ code: 'bootnodes_unreachable', cause: { code: 'dial_failed' } })
      const second = await start([address.replace(/\/p2p\/.*/, '')])
      second.gossip.subscribe(topic, { maxQueued: 1 })
      await untilStatus(client, ({ state }) => state === 'connected')
      await received.ready()
      // The relay may still be opening its own stream.
      for (let slot = 9, reached = 0; reached === 0; slot++) {
        const update = updateAt(chain, 'optimistic_update', slot)
        reached = await second.gossip.publishRaw(topicAt(chain, topic.name, slot), payloadOf(chain, update))
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      for await (const { from } of received) {
        expect(from).toBe(second.peerId)
        break
      }
      expect(client.status.error).toBeUndefined()
      expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
        'connecting',
        'connected',
        'disconnected',
        'connected',
      ])
    })
  }
})

describe('starting', () => {
  it('in a browser needs a bootnode or a peer, and dials nothing without', async () => {
    const storage = { ...memoryStorage(), get: () => expect.fail('looked for an identity') }
    await expect(createNetworkOn({ ...platform, name: 'browser' }, { chain, storage })).rejects.toMatchObject({
      code: 'bootnodes_missing',
    })
  })

  it('in a browser refuses no named bootnode for being local or plain', async () => {
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.ws })
    const page = await createNetworkOn({ ...platform, name: 'browser' }, { chain, bootnodes: relay.addresses })
    await untilPeers(page, 1)
    expect(page.peers[0]).toMatchObject({ id: relay.peerId, persistent: true })
    await page.stop()
  })

  it('does not wait for peers, and tells when none can be reached', async () => {
    const network = await startNetwork({ chain, bootnodes: [await deadAddress()] })
    const failures = network.events(['dial:failed'])
    const seen: NetworkStatus[] = []
    network.watchStatus((status) => seen.push(status))
    const { state, error } = await untilStatus(network, (status) => status.error !== undefined)
    expect(seen[0]).toEqual({ state: 'connecting', peers: 0 })
    expect(state).toBe('disconnected')
    expect(error).toMatchObject({ code: 'bootnodes_unreachable', cause: { code: 'dial_failed' } })
    expect((await nextEvent(failures)).error.code).toBe('dial_failed')
  })

  it('dials a peer once, although it is one to keep and asked for at the same moment', async () => {
    const node = await startBareNode(chain)
    let opened = 0
    node.libp2p.addEventListener('connection:open', () => opened++)
    const network = await startNetwork({ chain, staticPeers: [node.address] })
    const givenUp = AbortSignal.abort(new Error('no longer'))
    const asked = [network.connect(node.address), network.connect(node.address)]
    await expect(network.connect(node.address, { signal: givenUp })).rejects.toThrow('no longer')
    const [first, second] = await Promise.all(asked)
    expect([first?.id, second?.id]).toEqual([node.peerId, node.peerId])
    expect(opened).toBe(1)
  })

  it('says of a bootnode of another chain that it is one', async () => {
    const stranger = await startNetwork({ chain: testChain({ root: '44' }), listen: listenOn.tcp })
    const network = await startNetwork({ chain, bootnodes: stranger.addresses })
    // Its Goodbye may overtake its Status once, and then is the reason until it is dialed again.
    const { error } = await untilStatus(network, (status) => isLamparaError(status.error?.cause, 'irrelevant_network'))
    expect(error).toMatchObject({ code: 'bootnodes_unreachable', cause: { code: 'irrelevant_network' } })
  })

  it('refuses addresses that are not valid, before anything is started', async () => {
    for (const bootnode of ['', 'https://relay.example', '/ip4/127.0.0.1/tcp/1', `/p2p/${somebody}`, '\u0000']) {
      await expect(createNetwork({ chain, bootnodes: [bootnode] })).rejects.toMatchObject({ code: 'address_invalid' })
    }
  })

  it('fails in words when an address cannot be listened on', async () => {
    const first = await startNetwork({ chain, listen: listenOn.tcp })
    const taken = first.addresses[0]!.replace(/\/p2p\/.*/, '')
    await expect(createNetwork({ chain, listen: [taken] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(taken),
    })
  })

  it('refuses to start without a chain, whose genesis topics are made of', async () => {
    await expect(createNetwork({} as Parameters<typeof createNetwork>[0])).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('give the option chain'),
    })
  })

  it('refuses options that cannot be meant', async () => {
    await expect(createNetwork({ chain, maxConnections: 0 })).rejects.toMatchObject({ code: 'invalid_argument' })
    for (const options of [{ listen: ['nonsense'] }, { announce: ['nonsense'] }]) {
      await expect(createNetwork({ chain, ...options })).rejects.toMatchObject({ code: 'address_invalid' })
    }
  })

  it('keeps one identity in a storage, and a given key wins over it', async () => {
    const storage = memoryStorage()
    const first = await startNetwork({ chain, storage })
    const second = await startNetwork({ chain, storage })
    const third = await startNetwork({ chain, storage: memoryStorage() })
    expect(second.peerId).toBe(first.peerId)
    expect(third.peerId).not.toBe(first.peerId)
    expect(first.peerId).toMatch(/^16Uiu2/)
    const privateKey = new Uint8Array(32).fill(1)
    const fourth = await startNetwork({ chain, storage, privateKey })
    expect(fourth.peerId).not.toBe(first.peerId)
    expect((await startNetwork({ chain, storage })).peerId).toBe(first.peerId)
  })

  it('has an identity of its own in each of the pages that share a storage', async () => {
    const { addresses } = await startNetwork({ chain, listen: listenOn.tcp })
    const storage = memoryStorage()
    const page = () => createNetworkOn({ ...platform, name: 'browser' }, { chain, storage, bootnodes: addresses })
    const [first, second] = await Promise.all([page(), page()])
    for (const { stop } of [first, second]) onTestFinished(stop)
    await Promise.all([untilPeers(first, 1), untilPeers(second, 1)])
    expect(first.peerId).not.toBe(second.peerId)
    expect(await storage.get('identity')).toBeUndefined()
  })

  it('makes a new identity where the stored one is none, and refuses a given key that is not one', async () => {
    const storage = memoryStorage()
    await storage.set('identity', new Uint8Array(32))
    const network = await startNetwork({ chain, storage })
    expect((await startNetwork({ chain, storage })).peerId).toBe(network.peerId)
    for (const privateKey of [new Uint8Array(31), new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      await expect(createNetwork({ chain, privateKey })).rejects.toMatchObject({ code: 'invalid_argument' })
    }
  })

  it('gives way to a signal, before and during', async () => {
    await expect(createNetwork({ chain, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    const starting = new AbortController()
    const storage = { ...memoryStorage(), get: async () => void starting.abort(new Error('changed my mind')) }
    await expect(createNetwork({ chain, storage, signal: starting.signal })).rejects.toThrow('changed my mind')
  })
})

describe('stopping', () => {
  it('says goodbye to all, ends every stream, and may be asked for twice at once', async () => {
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain, staticPeers: [node.address] })
    await untilPeers(network, 1)
    const types: string[] = []
    const events = (async () => {
      for await (const { type } of network.events()) types.push(type)
    })()
    const watched: NetworkStatus[] = []
    network.watchStatus((status) => watched.push(status))
    await Promise.all([network.stop(), network.stop()])
    await network.stop()
    await events
    expect(node.goodbyes).toEqual([1])
    expect(types).toEqual(['peer:disconnected'])
    expect(watched.map(({ state }) => state)).toEqual(['connected', 'stopped'])
    expect([network.status, network.peers]).toEqual([{ state: 'stopped', peers: 0 }, []])
    await expect(network.connect(node.address)).rejects.toMatchObject({ code: 'stopped' })
    const later = network.events()[Symbol.asyncIterator]().next()
    expect(await later).toEqual({ done: true, value: undefined })
  })

  it('follows the signal that it was started with', async () => {
    const life = new AbortController()
    const network = await startNetwork({ chain, signal: life.signal })
    life.abort()
    await untilStatus(network, ({ state }) => state === 'stopped')
  })

  it('does not wait for a dial, nor for a peer that keeps silent', async () => {
    const silent = await silentAddress()
    const network = await startNetwork({ chain, bootnodes: [silent.address] })
    const connecting = network.connect(silent.address)
    connecting.catch(() => {})
    const startMs = performance.now()
    await network.stop()
    expect(performance.now() - startMs).toBeLessThan(3_000)
    await expect(connecting).rejects.toMatchObject({ code: 'stopped' })
    silent.close()
  })

  it('is how `await using` ends it', async () => {
    const node = await startBareNode(chain)
    {
      await using network = (await createNetwork({ chain, staticPeers: [node.address] })) as Awaited<
        ReturnType<typeof createNetwork>
      > &
        AsyncDisposable
      await untilPeers(network, 1)
    }
    expect(node.goodbyes).toEqual([1])
  })
})

describe('connecting', () => {
  it('fails in words where nobody listens, where another peer does, and where no transport leads', async () => {
    const network = await startNetwork({ chain })
    const dead = await deadAddress()
    await expect(network.connect(dead)).rejects.toMatchObject({
      code: 'dial_failed',
      message: expect.stringContaining(dead),
    })
    const node = await startBareNode(chain)
    const impostor = node.address.replace(node.peerId, somebody)
    await expect(network.connect(impostor)).rejects.toMatchObject({ code: 'dial_failed' })
    await expect(network.connect(`/ip4/127.0.0.1/udp/1/webrtc-direct/p2p/${somebody}`)).rejects.toMatchObject({
      code: 'dial_failed',
      message: expect.stringContaining('no transport'),
    })
    await expect(network.connect('nonsense')).rejects.toMatchObject({ code: 'address_invalid' })
    expect(network.peers).toEqual([])
  })

  it('gives way to a signal while a peer keeps silent', async () => {
    const silent = await silentAddress()
    const network = await startNetwork({ chain })
    const waiting = new AbortController()
    const connecting = network.connect(silent.address, { signal: waiting.signal })
    waiting.abort(new Error('too long'))
    await expect(connecting).rejects.toThrow('too long')
    silent.close()
  })

  it('is one dial however often it is asked for', async () => {
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain })
    const views = await Promise.all([1, 2, 3].map(() => network.connect(node.address)))
    expect(new Set(views.map(({ connectedAtMs }) => connectedAtMs)).size).toBe(1)
    expect(await network.connect(node.address)).toEqual(network.peers[0])
    expect(node.statuses).toHaveLength(1)
  })

  it('does not dial a peer again that was disconnected, though it was one to keep', async () => {
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain, staticPeers: [node.address] })
    await untilPeers(network, 1)
    expect(network.peers[0]!.persistent).toBe(true)
    await network.disconnect(node.peerId)
    await expect.poll(() => node.libp2p.getConnections()).toEqual([])
    expect(node.goodbyes).toEqual([1])
    expect(network.status).toEqual({ state: 'disconnected', peers: 0 })
    expect((await network.connect(node.address)).persistent).toBe(false)
  })
})

describe('what a network tells', () => {
  it('reaches a watcher at once and with each change', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const seen: number[] = []
    const unwatch = network.watchPeers((peers) => seen.push(peers.length))
    expect(seen).toEqual([0])
    const other = await startNetwork({ chain })
    await other.connect(network.addresses[0]!)
    await untilPeers(network, 1)
    expect(seen.at(-1)).toBe(1)
    unwatch()
    await other.stop()
    await untilStatus(network, ({ peers }) => peers === 0)
    expect(seen.at(-1)).toBe(1)
  })

  it('is of the types asked for, the oldest dropped where nobody reads', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const few = network.events(undefined, { maxQueued: 1 })
    const losses = network.events(['peer:disconnected'])
    const other = await startNetwork({ chain })
    await other.connect(network.addresses[0]!)
    await untilPeers(network, 1)
    await other.stop()
    expect(await nextEvent(losses)).toMatchObject({
      peer: { id: other.peerId },
      reason: expect.stringContaining('goodbye'),
    })
    expect((await nextEvent(few)).type).toBe('peer:disconnected')
  })

  it('includes how long a peer takes to answer', async () => {
    const node = await startBareNode(chain)
    const network = await startNetwork({ chain })
    await network.connect(node.address)
    await expect.poll(() => network.peers[0]!.latencyMs).toBeGreaterThanOrEqual(0)
  })

  it('includes methods that a peer began to serve later', async () => {
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain })
    await client.connect(server.addresses[0]!)
    const { id } = protocols.lightClientOptimisticUpdate
    expect(client.peers[0]!.protocols).not.toContain(id)
    const update = updateAt(chain, 'optimistic_update', 5)
    server.reqresp.serve(protocols.lightClientOptimisticUpdate, function* () {
      yield update
    })
    await expect.poll(() => client.peers[0]!.protocols, { timeout: 45_000 }).toContain(id)
    // Nobody is named: the one that offers it is asked.
    expect(await client.reqresp.request(protocols.lightClientOptimisticUpdate, undefined).single()).toEqual(update)
  })
})
