import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { chainToConfig, chainToGenesis, createChain, mainnet } from '../../src/chain/index.ts'
import {
  encodeJoinDocument,
  fetchJoinDocument,
  type JoinDocument,
  joinDocumentUrl,
  parseJoinDocument,
} from '../../src/discovery/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const BOOTNODE = '/ip4/127.0.0.1/tcp/9000/ws/p2p/16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
const ROOT = `0x${'ab'.repeat(32)}` as const
const genesis = { genesisValidatorsRoot: ROOT, genesisTime: 1_700_000_000 }
const devnet = createChain(
  { ...chainToConfig(mainnet), CONFIG_NAME: 'devnet', SLOT_DURATION_MS: 1000, SECONDS_PER_SLOT: 1 },
  genesis,
)

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const document: JoinDocument = { chain: devnet, bootnodes: [BOOTNODE], checkpoint: ROOT, clockOffsetMs: -1234 }

describe('a join document', () => {
  it('gives back the chain of any configuration, with addresses, checkpoint and clock offset', () => {
    expect(parseJoinDocument(JSON.parse(encodeJoinDocument(document)))).toEqual(document)
  })

  it('may name node records, which it gives back as they are', () => {
    const records = ['enr:-IS4Q']
    expect(parseJoinDocument(JSON.parse(encodeJoinDocument({ ...document, enrs: records }))).enrs).toEqual(records)
    for (const bad of [['enode://x'], [7], 'enr:-IS4Q', Array(65).fill('enr:-IS4Q')]) {
      const parsing = () => parseJoinDocument({ chain: 'mainnet', bootnodes: [], enrs: bad })
      expect(parsing).toThrow(expect.objectContaining({ code: 'join_document_invalid' }))
    }
  })

  it('names a built-in chain only, and gives the built-in value', () => {
    const text = encodeJoinDocument({ chain: mainnet, bootnodes: [BOOTNODE], clockOffsetMs: 0 })
    expect(JSON.parse(text)).toEqual({ chain: 'mainnet', bootnodes: [BOOTNODE], clockOffsetMs: 0 })
    expect(parseJoinDocument(JSON.parse(text)).chain).toBe(mainnet)
  })

  it('may spell a built-in chain out, as long as it does not contradict it', () => {
    const chain = { config: chainToConfig(mainnet), genesis: chainToGenesis(mainnet) }
    expect(parseJoinDocument({ chain, bootnodes: [] }).chain).toBe(mainnet)
  })

  it.each([
    ['another genesis root', { genesis: { ...chainToGenesis(mainnet), genesisValidatorsRoot: ROOT } }],
    ['another genesis time', { genesis: { ...chainToGenesis(mainnet), genesisTime: 1 } }],
    ['another fork', { config: { ...chainToConfig(mainnet), ELECTRA_FORK_VERSION: '0x05000001' } }],
    ['another blob schedule', { config: { ...chainToConfig(mainnet), BLOB_SCHEDULE: [] } }],
  ])('is refused when it claims a built-in chain with %s', (_, claim) => {
    const chain = { config: chainToConfig(mainnet), genesis: chainToGenesis(mainnet), ...claim }
    expect(() => parseJoinDocument({ chain, bootnodes: [] })).toThrow(
      expect.objectContaining({ code: 'join_document_invalid', message: expect.stringContaining('mainnet') }),
    )
  })

  it('takes a missing clock offset for none, and a missing checkpoint for none', () => {
    expect(parseJoinDocument({ chain: 'mainnet', bootnodes: [] })).toEqual({
      chain: mainnet,
      bootnodes: [],
      clockOffsetMs: 0,
    })
  })

  it.each([
    ['null', null],
    ['a list', []],
    ['no chain', { bootnodes: [] }],
    ['a chain that is not built in, without configuration', { chain: 'atlantis', bootnodes: [] }],
    ['a chain without genesis', { chain: { config: chainToConfig(devnet) }, bootnodes: [] }],
    ['an incomplete genesis', { chain: { config: chainToConfig(devnet), genesis: {} }, bootnodes: [] }],
    ['an incomplete configuration', { chain: { config: { CONFIG_NAME: 'x' }, genesis }, bootnodes: [] }],
    ['no bootnodes', { chain: 'mainnet' }],
    ['a bootnode that is a number', { chain: 'mainnet', bootnodes: [7] }],
    ['a bootnode without peer id', { chain: 'mainnet', bootnodes: ['/ip4/127.0.0.1/tcp/9000/ws'] }],
    ['bootnodes without end', { chain: 'mainnet', bootnodes: Array(1000).fill(BOOTNODE) }],
    ['a short checkpoint', { chain: 'mainnet', bootnodes: [], checkpoint: '0xabcd' }],
    ['a checkpoint that is a number', { chain: 'mainnet', bootnodes: [], checkpoint: 7 }],
    ['a clock offset in words', { chain: 'mainnet', bootnodes: [], clockOffsetMs: 'soon' }],
    ['a clock offset of a million years', { chain: 'mainnet', bootnodes: [], clockOffsetMs: 3e16 }],
  ])('is refused as `join_document_invalid` with %s', (_, json) => {
    expect(() => parseJoinDocument(json)).toThrow(expect.objectContaining({ code: 'join_document_invalid' }))
  })
})

describe('joinDocumentUrl()', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/.well-known/lampara.json'],
    ['https://relay.example/', 'https://relay.example/.well-known/lampara.json'],
    ['https://relay.example/eu/', 'https://relay.example/eu/.well-known/lampara.json'],
    ['https://relay.example/.well-known/lampara.json', 'https://relay.example/.well-known/lampara.json'],
    ['https://files.example/my/net.json?v=2', 'https://files.example/my/net.json?v=2'],
  ])('finds the document of %s', (address, url) => {
    expect(joinDocumentUrl(address).href).toBe(url)
  })

  it.each(['relay.example', '', 'ftp://relay.example', 'javascript:alert(1)'])('refuses "%s"', (address) => {
    expect(() => joinDocumentUrl(address)).toThrow(expect.objectContaining({ code: 'address_invalid' }))
  })
})

describe('fetchJoinDocument()', () => {
  it("fetches from a bootnode's base address, through redirects", async () => {
    const asked: (string | undefined)[] = []
    const base = await serve((request, response) => {
      asked.push(request.url)
      if (request.url === '/.well-known/lampara.json') response.writeHead(302, { location: '/moved.json' }).end()
      else response.end(encodeJoinDocument(document))
    })
    await expect(fetchJoinDocument(base)).resolves.toEqual(document)
    expect(asked).toEqual(['/.well-known/lampara.json', '/moved.json'])
  })

  it('rejects with `bootnodes_unreachable` when nobody listens', async () => {
    const base = await serve(() => {})
    await new Promise((resolve) => servers.pop()?.close(resolve))
    await expect(fetchJoinDocument(base)).rejects.toMatchObject({
      code: 'bootnodes_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('rejects with `bootnodes_unreachable` when the server has no such document', async () => {
    const base = await serve((_, response) => response.writeHead(404).end('{}'))
    await expect(fetchJoinDocument(base)).rejects.toMatchObject({
      code: 'bootnodes_unreachable',
      message: expect.stringContaining('404'),
    })
  })

  it('rejects with `bootnodes_unreachable` when the server takes the connection and says nothing', async () => {
    const clock = createFakeClock()
    let asked = (): void => {}
    const arrived = new Promise<void>((resolve) => {
      asked = resolve
    })
    const fetched = fetchJoinDocument(await serve(() => asked()), { clock })
    fetched.catch(() => {})
    await arrived
    await clock.advance(10_000)
    await expect(fetched).rejects.toMatchObject({ code: 'bootnodes_unreachable', cause: { code: 'timeout' } })
    expect(clock.pending).toBe(0)
  })

  it('rejects with `join_document_invalid` for what is not JSON', async () => {
    const base = await serve((_, response) => response.end('<html>'))
    await expect(fetchJoinDocument(base)).rejects.toMatchObject({ code: 'join_document_invalid' })
  })

  it('rejects with `join_document_invalid` for an endless document, and stops reading it', async () => {
    const closed = Promise.withResolvers<void>()
    const base = await serve((_, response) => {
      response.on('close', () => closed.resolve())
      const more = (): void => {
        while (response.write(' '.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    await expect(fetchJoinDocument(base)).rejects.toMatchObject({ code: 'join_document_invalid' })
    await closed.promise
  })

  it("rejects with the signal's reason on abort", async () => {
    const controller = new AbortController()
    const base = await serve(() => controller.abort('enough'))
    await expect(fetchJoinDocument(base, { signal: controller.signal })).rejects.toBe('enough')
  })
})
