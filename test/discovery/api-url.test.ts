import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createChain, mainnet } from '../../src/chain/index.ts'
import { decodeEnr } from '../../src/discovery/enr/index.ts'
import { apiUrl, parsePeerAddress, readJson, shownUrl } from '../../src/discovery/index.ts'
import { readCheckpoint } from '../../src/light-client/sync/checkpoint.ts'
import { systemClock } from '../../src/streams/clock.ts'

/** A server that answers everything with one status and text, and what it was asked. */
async function serve(
  status: number,
  body: string,
): Promise<{ readonly host: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('the base URL of an API', () => {
  it.each([
    ['https://a.example', 'https://a.example/eth/v1/x'],
    ['https://a.example/', 'https://a.example/eth/v1/x'],
    [' https://a.example/key/abc/ ', 'https://a.example/key/abc/eth/v1/x'],
    ['https://a.example/base?apikey=abc', 'https://a.example/base/eth/v1/x?apikey=abc'],
  ])('%s keeps its path and its query', (base, url) => {
    expect(apiUrl(base, 'eth/v1/x').href).toBe(url)
  })

  it.each(['a.example', '', 'ftp://a.example', 'user:secret@a.example?key=secret'])(
    'like %j is refused, without secrets',
    (base) => {
      expect(() => apiUrl(base, 'x')).toThrow(expect.objectContaining({ code: 'address_invalid' }))
      expect(() => apiUrl(base, 'x')).not.toThrow(/secret/)
    },
  )

  it.each([
    ['https://user:secret@a.example/b', 'https://a.example/b'],
    ['https://a.example/b?apikey=secret', 'https://a.example/b?…'],
    ['https://a.example/b', 'https://a.example/b'],
  ])('%s is shown without secrets', (url, shown) => {
    expect(shownUrl(url)).toBe(shown)
  })
})

describe('white space around', () => {
  const peer = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
  const record =
    'enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8'

  it('an address or a node record does not matter', () => {
    expect(parsePeerAddress(` /ip4/1.2.3.4/tcp/9000/p2p/${peer}\n`).peerId).toBe(peer)
    expect(decodeEnr(`\t${record}\n`).seq).toBe(decodeEnr(record).seq)
  })

  it('but within one, the character is named', () => {
    expect(() => decodeEnr(record.replace('IS4', 'I S'))).toThrow('it has the character " "')
  })
})

describe('a configuration', () => {
  it('in which two forks have one version is refused', () => {
    const config = {
      PRESET_BASE: 'minimal',
      SECONDS_PER_SLOT: 6,
      GENESIS_FORK_VERSION: '0x00000001',
      ALTAIR_FORK_VERSION: '0x00000001',
      ALTAIR_FORK_EPOCH: 5,
    }
    const genesis = { genesisValidatorsRoot: `0x${'42'.repeat(32)}`, genesisTime: 1 } as const
    expect(() => createChain(config, genesis)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})

describe('asking an API', () => {
  it('sends user and password as a header, and the query with the path', async () => {
    const { host, asked } = await serve(200, '{}')
    await readJson(apiUrl(`http://us%40er:p%C3%A4ss@${host}/base?apikey=abc`, 'eth'))
    expect(asked[0]!.url).toBe('/base/eth?apikey=abc')
    const header = asked[0]!.headers.authorization!
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe('us@er:päss')
  })

  it.each([
    [404, 'nothing here', 'the server answered 404'],
    [200, '<html>', 'Cannot read http://'],
    [200, 'null', 'Cannot read a root'],
    [200, '[]', 'Cannot read a root'],
  ])(
    'for a checkpoint, says of each provider what went wrong, without secrets: %i %s',
    async (status, body, reason) => {
      const { host } = await serve(status, body)
      const resolve = readCheckpoint({ providers: [`http://user:secret@${host}?apikey=secret`] })
      const error: Error = await Promise.resolve(resolve(mainnet, { clock: systemClock })).then(
        () => expect.fail('it has a root'),
        (error) => error,
      )
      expect(error).toMatchObject({ code: 'checkpoint_unavailable', message: expect.stringContaining(reason) })
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
    },
  )

  it('for a checkpoint, refuses what is no URL at once', () => {
    expect(() => readCheckpoint({ providers: ['a.example'] })).toThrow(
      expect.objectContaining({ code: 'address_invalid' }),
    )
  })
})
