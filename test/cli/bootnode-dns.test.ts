import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/bootnode.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { capturedIo } from '../kit/cli/captured-io.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const address = '/dns4/b0.relay.example/tcp/443/tls/ws/p2p/16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'

describe('lampara bootnode dns', () => {
  it('prints a dnsaddr record for each address of each join document, each once', async () => {
    const devnet = await createDevnet({ preset: 'minimal' })
    ends.push(devnet.stop)
    const io = capturedIo()
    const argv = [
      'dns',
      '--name',
      'relay.example',
      '--join',
      devnet.restUrl,
      '--address',
      address,
      '--address',
      address,
    ]
    expect(await run(argv, io)).toBe(0)
    expect(io.out).toEqual([
      `_dnsaddr.relay.example. 300 IN TXT "dnsaddr=${address}"`,
      ...devnet.addresses.map((each) => `_dnsaddr.relay.example. 300 IN TXT "dnsaddr=${each}"`),
    ])
  })

  it('splits what is longer than a string of a TXT record', async () => {
    const long = `/dns4/${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example/tcp/443/tls/ws${address.slice(address.indexOf('/p2p/'))}`
    const io = capturedIo()
    await run(['dns', '--name', 'relay.example.', '--ttl', '60', '--address', long], io)
    const [, strings = ''] = /^_dnsaddr\.relay\.example\. 60 IN TXT (.*)$/.exec(io.out[0]!) ?? []
    const parts = [...strings.matchAll(/"([^"]*)"/g)].map(([, part]) => part!)
    expect(parts.map(({ length }) => length)).toEqual([255, `dnsaddr=${long}`.length - 255])
    expect(parts.join('')).toBe(`dnsaddr=${long}`)
  })

  it.each([
    [['--join', 'http://x.example'], '--name'],
    [['--name', 'a b', '--address', address], '--name'],
    [['--name', 'a.example\n', '--address', address], '--name'],
    [['--name', 'relay.example'], '--join or --address'],
    [['--name', 'relay.example', '--address', '/ip4/1.2.3.4/tcp/1'], '--address'],
    [['--name', 'relay.example', '--address', address, '--ttl', '-1'], '--ttl'],
    [['--bogus'], '--bogus'],
  ])('refuses %j', async (argv, words) => {
    await expect(run(['dns', ...argv], capturedIo())).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(words),
    })
  })
})
