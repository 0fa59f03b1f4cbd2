import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { chainToConfig, createChain, type Hex, mainnet } from '../../src/chain/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { fromBeaconApi } from '../../src/discovery/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const ROOT: Hex = `0x${'ab'.repeat(32)}`
const genesis = { genesis_time: '1700000000', genesis_validators_root: ROOT, genesis_fork_version: '0x00000000' }
const config = { ...chainToConfig(mainnet), CONFIG_NAME: 'elsewhere' }

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

/** A Beacon API that answers each path with what is given for it, and 404 to others. */
function serveAnswers(answers: Readonly<Record<string, unknown>>): Promise<string> {
  return serve(({ url = '' }, response) => {
    const answer = answers[url]
    response
      .writeHead(answer === undefined ? 404 : 200)
      .end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
}

const answersOf = (spec: unknown, genesisAnswer: unknown, base = ''): Readonly<Record<string, unknown>> => ({
  [`${base}/eth/v1/config/spec`]: spec,
  [`${base}/eth/v1/beacon/genesis`]: genesisAnswer,
})

describe('a chain made from a Beacon API', () => {
  it('is the chain that a devnet is on', async () => {
    const devnet = await createDevnet({
      forks: { electra: 0, fulu: 9 },
      blobSchedule: [{ epoch: 11, maxBlobsPerBlock: 12 }],
    })
    try {
      expect(await fromBeaconApi(devnet.restUrl)).toEqual(devnet.chain)
    } finally {
      await devnet.stop()
    }
  })

  it('is found behind a path, too, and is given what no node knows', async () => {
    const url = await serveAnswers(answersOf({ data: config }, { data: genesis }, '/node/beacon'))
    const expected = createChain(
      config,
      { genesisValidatorsRoot: ROOT, genesisTime: 1_700_000_000 },
      { maxCheckpointAgeMs: 1000 },
    )
    for (const address of [`${url}/node/beacon`, `${url}/node/beacon/`]) {
      expect(await fromBeaconApi(address, { maxCheckpointAgeMs: 1000 })).toEqual(expected)
    }
  })

  it.each([
    ['no URL', 'beacon.example'],
    ['a URL that no browser fetches', 'ftp://beacon.example'],
  ])('is refused for %s', async (_, url) => {
    await expect(fromBeaconApi(url)).rejects.toMatchObject({ code: 'address_invalid' })
  })

  it.each([
    ['a key is missing', { data: { PRESET_BASE: 'minimal' } }, { data: genesis }, 'config_incomplete'],
    ['the genesis lacks its root', { data: config }, { data: { genesis_time: '1' } }, 'config_incomplete'],
    ['a key cannot be', { data: { ...config, SLOT_DURATION_MS: '-1' } }, { data: genesis }, 'config_invalid'],
    ['there is no data', config, { data: genesis }, 'json_invalid'],
    ['the data are a list', { data: [] }, { data: genesis }, 'json_invalid'],
    ['it is no JSON', '<html>', { data: genesis }, 'json_invalid'],
    ['it says nothing', 'null', { data: genesis }, 'json_invalid'],
    [
      'it does not end',
      { data: { ...config, padding: '0'.repeat(300_000) } },
      { data: genesis },
      'length_out_of_bounds',
    ],
    ['one of the two is not served', { data: config }, undefined, 'dial_failed'],
  ])('tells by its code that %s', async (_, spec, genesisAnswer, code) => {
    const url = await serveAnswers(answersOf(spec, genesisAnswer))
    await expect(fromBeaconApi(url)).rejects.toMatchObject({ code })
  })

  it('is not waited for when nobody listens', async () => {
    const url = await serveAnswers({})
    const server = servers.pop()!
    await new Promise((resolve) => server.close(resolve))
    await expect(fromBeaconApi(url)).rejects.toMatchObject({ code: 'dial_failed' })
  })

  it('is given up after 10 s, and at once with the signal', async () => {
    let asked = 0
    const both = Promise.withResolvers<void>()
    const url = await serve(() => {
      if (++asked % 2 === 0) both.resolve()
    })
    const clock = createFakeClock()
    const tooLate = fromBeaconApi(url, { clock })
    const late = expect(tooLate).rejects.toMatchObject({ code: 'timeout' })
    await both.promise
    await clock.advance(10_000)
    await late
    const reason = new Error('the page is left')
    const controller = new AbortController()
    const left = fromBeaconApi(url, { signal: controller.signal })
    controller.abort(reason)
    await expect(left).rejects.toBe(reason)
    await expect(fromBeaconApi(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
