import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeJoinDocument, type JoinDocument } from '../../../src/discovery/index.ts'
import { createLightClient } from '../../../src/light-client/index.ts'
import { createNetwork } from '../../../src/network/index.ts'
import { readJoinDocuments } from '../../../src/network/join/read-documents.ts'
import type { JoinNetworkOptions } from '../../../src/network/types.ts'
import { memoryStorage } from '../../../src/platform/storage.ts'
import { systemClock } from '../../../src/streams/clock.ts'
import { cleanUpAfterEach, listenOn, nextEvent, startNetwork, testChain, untilPeers } from '../../kit/network.ts'

cleanUpAfterEach()
const chain = { ...testChain(), genesisTimeMs: 1_700_000_000_000 }
const otherChain = { ...testChain({ root: '43' }), genesisTimeMs: 1_700_000_000_000 }

/** An HTTP server whose answer can be changed, and which can be stopped. */
async function serve(listener: RequestListener) {
  const server = createServer((...args) => current(...args))
  let current = listener
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close, answer: (next: RequestListener) => (current = next) }
}

function documentOf(document: Partial<JoinDocument>): RequestListener {
  const text = encodeJoinDocument({ chain, bootnodes: [], clockOffsetMs: 0, ...document })
  return (_, response) => response.setHeader('content-type', 'application/json').end(text)
}

async function startBootnode() {
  const network = await startNetwork({ chain, role: 'relay', listen: listenOn.tcp })
  return { network, address: network.addresses[0]! }
}

async function join(options: JoinNetworkOptions) {
  const network = await createNetwork({ targetPeers: 0, ...options })
  onTestFinished(() => network.stop())
  return network
}

describe('a join document', () => {
  it('finds a bootnode that was started again with another identity, on another port', async () => {
    const first = await startBootnode()
    const server = await serve(documentOf({ bootnodes: [first.address] }))
    const network = await join({ join: server.url })
    expect(network.chain.genesisValidatorsRoot).toBe(chain.genesisValidatorsRoot)
    await untilPeers(network, 1)
    const changes = network.events(['join:changed'])
    await first.network.stop()
    await untilPeers(network, 0)
    const second = await startBootnode()
    server.answer(documentOf({ bootnodes: [second.address] }))
    await untilPeers(network, 1)
    expect(network.peers).toMatchObject([{ id: second.network.peerId, persistent: true }])
    expect(await nextEvent(changes)).toEqual({ type: 'join:changed', bootnodes: [second.address] })
  })

  it('serves though others named before it cannot be got or are none', async () => {
    const { address } = await startBootnode()
    const dead = await serve(() => {})
    dead.close()
    const nonsense = await serve((_, response) => response.end('<html>'))
    const good = await serve(documentOf({ bootnodes: [address] }))
    const network = await join({ join: [dead.url, nonsense.url, good.url] })
    await untilPeers(network, 1)
  })

  it('serves without one that does not answer, whose server is left alone then', async () => {
    const address = '/ip4/127.0.0.1/tcp/9000/ws/p2p/16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
    const left = Promise.withResolvers<void>()
    const silent = await serve((request) => request.socket.once('close', () => left.resolve()))
    const good = await serve(documentOf({ bootnodes: [address] }))
    // Its time limits never pass, but for the second that the others have.
    const clock = {
      ...systemClock,
      setTimer: (end: () => void, ms: number) => systemClock.setTimer(end, ms === 1_000 ? 0 : 1e9),
    }
    const { bootnodes } = await readJoinDocuments([silent.url, good.url], { clock })
    expect(bootnodes).toEqual([address])
    await left.promise
  })

  it('brings the bootnodes of all documents that answer', async () => {
    const nodes = [await startBootnode(), await startBootnode()]
    const servers = await Promise.all(nodes.map(({ address }) => serve(documentOf({ bootnodes: [address] }))))
    const network = await join({ join: servers.map(({ url }) => url) })
    await untilPeers(network, 2)
  })

  it('is refused as `chain_mismatch` beside one of another chain, but passed over where `chain` says which is right', async () => {
    const { address } = await startBootnode()
    const other = await serve(documentOf({ chain: otherChain, bootnodes: [address] }))
    const good = await serve(documentOf({ bootnodes: [address] }))
    const urls = [other.url, good.url]
    const mismatch = expect.objectContaining({ code: 'chain_mismatch' })
    await expect(createNetwork({ join: urls })).rejects.toEqual(mismatch)
    await expect(createNetwork({ join: other.url, chain })).rejects.toEqual(mismatch)
    await untilPeers(await join({ join: urls, chain }), 1)
  })

  it.each<[string, RequestListener, string]>([
    ['HTML', (_, response) => response.end('<html>'), 'join_document_invalid'],
    ['other JSON', (_, response) => response.end('{"bootnodes":[]}'), 'join_document_invalid'],
    ['a failure', (_, response) => response.writeHead(503).end(), 'bootnodes_unreachable'],
  ])('is refused where the server answers with %s, alone or twice', async (_, answer, code) => {
    const servers = [await serve(answer), await serve(answer)].map(({ url }) => url)
    for (const join of [servers[0]!, servers]) {
      await expect(createLightClient({ join })).rejects.toMatchObject({ code })
    }
  })

  it.each([
    ['no URL', 'relay.example', 'address_invalid'],
    ['an empty list', [], 'invalid_argument'],
    ['nine', Array.from({ length: 9 }, (_, at) => `http://127.0.0.1:${at + 1}`), 'invalid_argument'],
  ])('is refused where %s is named', async (_, join, code) => {
    await expect(createNetwork({ join })).rejects.toMatchObject({ code })
  })

  it('without a checkpoint starts no light client by itself', async () => {
    const { url } = await serve(documentOf({ bootnodes: [(await startBootnode()).address] }))
    await expect(createLightClient({ join: url })).rejects.toMatchObject({ code: 'checkpoint_missing' })
  })

  it('is waited for no longer than the signal says, whose reason is thrown', async () => {
    const abort = new AbortController()
    const { url } = await serve(() => abort.abort(new Error('the user left')))
    await expect(createNetwork({ join: url, signal: abort.signal })).rejects.toThrow('the user left')
  })

  it('gives way to options that are given', async () => {
    const [named, given] = [await startBootnode(), await startBootnode()]
    const { url } = await serve(documentOf({ bootnodes: [named.address], clockOffsetMs: 5_000 }))
    const network = await join({ join: url, bootnodes: [given.address], clock: systemClock })
    await untilPeers(network, 1)
    expect(network.peers.map(({ id }) => id)).toEqual([given.network.peerId])
    expect(network.clock).toBe(systemClock)
    const ahead = await join({ join: url, bootnodes: [] })
    expect(Math.round((ahead.clock.now() - Date.now()) / 1000)).toBe(5)
  })

  it('outlives a restart in the storage, and serves while no document can be got', async () => {
    const { address } = await startBootnode()
    const server = await serve(documentOf({ bootnodes: [address] }))
    const storage = memoryStorage()
    const opened: string[] = []
    const first = await join({
      join: server.url,
      storage: (own) => {
        opened.push(own.genesisValidatorsRoot)
        return storage
      },
    })
    await untilPeers(first, 1)
    await expect.poll(() => storage.get('join')).toBeDefined()
    await first.stop()
    expect(opened).toEqual([chain.genesisValidatorsRoot])
    server.close()
    await untilPeers(await join({ join: server.url, storage }), 1)
    const elsewhere = { join: 'http://127.0.0.1:9', storage }
    await expect(createNetwork(elsewhere)).rejects.toMatchObject({ code: 'bootnodes_unreachable' })
  })
})

it('a network without chain and join document is refused in words', async () => {
  for (const create of [createNetwork, createLightClient]) {
    await expect(create({ checkpoint: `0x${'00'.repeat(32)}` } as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('join'),
    })
  }
})
