import type { ContainerType } from '@chainsafe/ssz'
import { beforeAll, describe, expect, it } from 'vitest'
import { createChain, type ForkName, forkDigests, type GenesisValues, toHex } from '../../src/chain/index.ts'
import { createBeaconChain } from '../../src/devnet/beacon/beacon-chain.ts'
import { serveBeaconChain } from '../../src/devnet/beacon/served-beacon-chain.ts'
import { lightClientRoutes } from '../../src/devnet/rest/light-client-routes.ts'
import { nodeRoutes } from '../../src/devnet/rest/node-routes.ts'
import type { RestResponse } from '../../src/devnet/rest/response.ts'
import { createRouter } from '../../src/devnet/rest/route.ts'
import { serveRest } from '../../src/devnet/rest/server.ts'
import type { ServedChain } from '../../src/devnet/served-chain.ts'
import { parseJoinDocument } from '../../src/discovery/index.ts'
import { operationType } from '../../src/ssz/beacon/operation-types.ts'
import {
  decodeLightClientObject,
  decodeUpdateStream,
  forkFromJsonVersion,
  hashLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientObjectFromJson,
} from '../../src/ssz/index.ts'
import { allForks, makeSlots } from '../kit/devnet-chain.ts'

let served: ServedChain
let respond: ReturnType<typeof createRouter>
const record = 'enr:-IS4Q'
const address = '/ip4/127.0.0.1/tcp/9000/p2p/16Uiu2HAm3pDvMjLbJSCEwx6JUa6Dyxwdom6bcJtzx8sDC5EuHt3h'

beforeAll(async () => {
  const beacon = await createBeaconChain({ genesisTime: 1_700_000_000, forks: allForks })
  served = serveBeaconChain(beacon)
  makeSlots(beacon, 140)
  const identity = () => ({ peerId: 'peer', addresses: [address], record, clockOffsetMs: 7 })
  respond = createRouter([...lightClientRoutes(served), ...nodeRoutes(served, identity)])
})

const get = (target: string, accept?: string): RestResponse =>
  respond({ method: 'GET', target, accept }) as RestResponse
const parse = ({ body }: RestResponse) => JSON.parse(String(body)) as { data: Record<string, unknown>; version: string }
const hash = (object: LightClientObject): Uint8Array => hashLightClientObject(served.chain, object)

describe('the light-client endpoints', () => {
  const base = '/eth/v1/beacon/light_client'
  const cases: readonly [LightClientKind, () => string, () => LightClientObject][] = [
    ['bootstrap', () => `bootstrap/${served.checkpoint()}`, () => served.data.bootstrap(served.checkpoint())!],
    ['finality_update', () => 'finality_update', () => served.data.finalityUpdate()!],
    ['optimistic_update', () => 'optimistic_update', () => served.data.optimisticUpdate()!],
  ]

  it.each(cases)('give a %s in JSON and in SSZ that decode back to the same', (kind, path, original) => {
    const json = get(`${base}/${path()}`)
    expect(json.status).toBe(200)
    const { version, data } = parse(json)
    expect(version).toBe('fulu')
    expect(json.headers['eth-consensus-version']).toBe(version)
    const fork = forkFromJsonVersion(version)!
    expect(hash(lightClientObjectFromJson(served.chain, kind, fork, data) as LightClientObject)).toEqual(
      hash(original()),
    )

    const ssz = get(`${base}/${path()}`, 'application/octet-stream')
    expect(ssz.headers['content-type']).toBe('application/octet-stream')
    expect(ssz.headers['eth-consensus-version']).toBe('fulu')
    const decoded = decodeLightClientObject(served.chain, kind, fork, ssz.body as Uint8Array)
    expect(hash(decoded as LightClientObject)).toEqual(hash(original()))
  })

  it('give updates by range in JSON, each with its own version, and as the stream of SSZ', () => {
    const originals = [0, 1, 2].map((period) => hash(served.data.update(period)!))
    const json = get(`${base}/updates?start_period=0&count=3`)
    const list = JSON.parse(String(json.body)) as { version: string; data: unknown }[]
    const fromJson = list.map(({ version, data }) =>
      hash(lightClientObjectFromJson(served.chain, 'update', forkFromJsonVersion(version)!, data)),
    )
    expect(fromJson).toEqual(originals)
    expect(new Set(list.map(({ version }) => version)).size).toBeGreaterThan(1)
    const ssz = get(`${base}/updates?start_period=0&count=3`, 'application/octet-stream')
    expect(decodeUpdateStream(served.chain, ssz.body as Uint8Array).map(hash)).toEqual(originals)
  })

  it('clip a range to what there is, and answer an empty one with none', () => {
    const count = (query: string): number =>
      (JSON.parse(String(get(`${base}/updates?${query}`).body)) as unknown[]).length
    expect(count('start_period=1&count=9007199254740991')).toBe(2)
    expect(count('start_period=1&count=1')).toBe(1)
    expect(count('start_period=0&count=0')).toBe(0)
    expect(count('start_period=400&count=5')).toBe(0)
    // Where adding one changes nothing any more.
    expect(count('start_period=9007199254740991&count=9007199254740991')).toBe(0)
  })

  it('choose the form by the quality that the asker gives', () => {
    const type = (accept: string): string | undefined => get(`${base}/finality_update`, accept).headers['content-type']
    expect(type('application/octet-stream;q=1.0,application/json;q=0.9')).toBe('application/octet-stream')
    expect(type('application/octet-stream;q=0.5, application/json')).toBe('application/json')
    expect(type('*/*')).toBe('application/json')
    expect(type('application/*;q=0.2, application/octet-stream;q=0.8')).toBe('application/octet-stream')
    expect(type('text/html, */*;q=0.1')).toBe('application/json')
    expect(get(`${base}/finality_update`, 'text/html').status).toBe(406)
    expect(get(`${base}/finality_update`, 'application/json;q=0').status).toBe(406)
  })

  it.each([
    [400, 'bootstrap/0x12'],
    [400, 'bootstrap/latest'],
    [400, `bootstrap/0x${'g'.repeat(64)}`],
    [404, `bootstrap/0x${'0'.repeat(64)}`],
    [400, 'updates'],
    [400, 'updates?start_period=0'],
    [400, 'updates?start_period=-1&count=1'],
    [400, 'updates?start_period=1.5&count=1'],
    [400, 'updates?start_period=0x1&count=1'],
    [400, 'updates?start_period=99999999999999999999&count=1'],
    [404, 'nothing'],
    [404, 'bootstrap'],
    [404, 'bootstrap/a/b'],
  ])('answer %i with the Beacon API’s error form to %s', (status, path) => {
    const response = get(`${base}/${path}`)
    expect(response.status).toBe(status)
    expect(JSON.parse(String(response.body))).toEqual({ code: status, message: expect.any(String) })
  })

  it('take a root in any case', () => {
    const upper = `0x${served.checkpoint().slice(2).toUpperCase()}`
    expect(get(`${base}/bootstrap/${upper}`).status).toBe(200)
  })
})

describe('the node endpoints', () => {
  it('give genesis and configuration, of which the same chain can be made', () => {
    const genesis = parse(get('/eth/v1/beacon/genesis')).data as Record<string, string>
    const config = parse(get('/eth/v1/config/spec')).data
    const values: GenesisValues = {
      genesisTime: genesis.genesis_time!,
      genesisValidatorsRoot: genesis.genesis_validators_root as GenesisValues['genesisValidatorsRoot'],
    }
    const chain = createChain(config, values)
    expect(chain).toEqual(served.chain)
    expect(forkDigests(chain)).toEqual(forkDigests(served.chain))
    expect(genesis.genesis_fork_version).toBe(chain.forks[0]!.version)
  })

  it('give the head, the finalized and the genesis block’s header, and one by root', () => {
    const header = (id: string) => {
      const { data } = parse(get(`/eth/v1/beacon/headers/${id}`))
      return data as { root: string; header: { message: { slot: string }; signature: string } }
    }
    expect(header('head').header.message.slot).toBe('140')
    expect(header('finalized').root).toBe(served.checkpoint())
    expect(header('genesis').header.message.slot).toBe('0')
    const { root } = header('head')
    expect(header(root)).toEqual(header('head'))
    expect(header('head').header.signature).toMatch(/^0x[89ab][0-9a-f]{191}$/)
    expect(get('/eth/v1/beacon/headers/nonsense').status).toBe(400)
    expect(get(`/eth/v1/beacon/headers/0x${'1'.repeat(64)}`).status).toBe(404)
  })

  it('give whole blocks by head, finalized, genesis, slot and root, in SSZ and JSON with the same root', () => {
    const { chain } = served
    for (const id of ['head', 'finalized', 'genesis', '130', served.head().root]) {
      const ssz = get(`/eth/v2/beacon/blocks/${id}`, 'application/octet-stream')
      expect(ssz.status).toBe(200)
      const fork = ssz.headers['eth-consensus-version'] as ForkName
      const type = operationType(chain.preset, fork, 'beacon_block')
      const signed = type.deserialize(ssz.body as Uint8Array)
      const { root, header } = parse(get(`/eth/v1/beacon/headers/${id}`)).data as {
        root: string
        header: { message: { body_root: string; slot: string }; signature: string }
      }
      const { message } = (type as unknown as ContainerType<{ message: ContainerType<never> }>).fields
      expect(toHex(message.hashTreeRoot(signed.message as never))).toBe(root)
      expect(toHex(signed.signature)).toBe(header.signature)

      const json = parse(get(`/eth/v2/beacon/blocks/${id}`)) as {
        version: string
        finalized?: boolean
        data: { message?: { slot: string; body: { sync_aggregate: unknown } }; signature?: string }
      }
      expect(json.version).toBe(fork)
      expect(json.data.message?.slot).toBe(header.message.slot)
      expect(json.data.message?.body.sync_aggregate).toMatchObject({
        sync_committee_bits: expect.stringMatching(/^0x/),
      })
      expect(json.data.signature).toBe(header.signature)
      expect(json.finalized).toBe(Number(header.message.slot) <= served.finalized().beacon.slot)
    }
  })

  it('refuse blocks that no path can name, that are not known, and formats that do not exist', () => {
    expect(get('/eth/v2/beacon/blocks/nonsense').status).toBe(400)
    expect(get('/eth/v2/beacon/blocks/-1').status).toBe(400)
    expect(get('/eth/v2/beacon/blocks/9007199254740993').status).toBe(400)
    expect(get('/eth/v2/beacon/blocks/141').status).toBe(404)
    expect(get(`/eth/v2/beacon/blocks/0x${'1'.repeat(64)}`).status).toBe(404)
    expect(get('/eth/v2/beacon/blocks/head', 'text/html').status).toBe(406)
  })

  it('give identity, health and a join document that can be read', () => {
    expect(parse(get('/eth/v1/node/identity')).data).toMatchObject({
      peer_id: 'peer',
      enr: record,
      p2p_addresses: [address],
    })
    expect(get('/eth/v1/node/health').status).toBe(200)
    const join = parseJoinDocument(JSON.parse(String(get('/.well-known/lampara.json').body)))
    expect(join).toMatchObject({ bootnodes: [address], checkpoint: served.checkpoint(), clockOffsetMs: 7 })
    expect(join.chain).toEqual(served.chain)
  })

  it('refuse other methods', () => {
    expect(respond({ method: 'POST', target: '/eth/v1/beacon/genesis' }).status).toBe(405)
  })
})

describe('the server', () => {
  it('answers pages of any origin, without a body to HEAD, and with words for what fails inside', async () => {
    const failing = createRouter([
      { path: '/fails', handle: () => expect.fail('a secret') },
      { path: '/ok', handle: () => ({ status: 200, headers: {}, body: 'fine' }) },
    ])
    const server = await serveRest(failing, { port: 0 })
    try {
      const ok = await fetch(`${server.url}/ok`)
      expect(ok.headers.get('access-control-allow-origin')).toBe('*')
      expect(await ok.text()).toBe('fine')
      const head = await fetch(`${server.url}/ok`, { method: 'HEAD' })
      expect(head.headers.get('content-length')).toBe('4')
      const options = await fetch(`${server.url}/ok`, { method: 'OPTIONS' })
      expect(options.status).toBe(204)
      expect(options.headers.get('access-control-allow-methods')).toContain('GET')
      const failure = await fetch(`${server.url}/fails`)
      expect(failure.status).toBe(500)
      expect(await failure.json()).toEqual({ code: 500, message: 'Internal error' })
      const large = await fetch(`${server.url}/${'x'.repeat(20_000)}`)
      expect(large.status).toBe(431)
    } finally {
      await Promise.all([server.stop(), server.stop()])
    }
    await expect(fetch(`${server.url}/ok`)).rejects.toThrow()
  })

  it('refuses a port that is taken with `invalid_argument`', async () => {
    const first = await serveRest(createRouter([]), { port: 0 })
    const port = Number(new URL(first.url).port)
    await expect(serveRest(createRouter([]), { port })).rejects.toMatchObject({ code: 'invalid_argument' })
    await first.stop()
  })
})
