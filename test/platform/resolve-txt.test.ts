import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createResolveTxt } from '../../src/platform/node/resolve-txt.ts'
import { type DnsServer, startDnsServer } from '../kit/dns-server.ts'

let server: DnsServer
beforeEach(async () => {
  server = await startDnsServer({
    '_dnsaddr.example.org': [['dnsaddr=/ip4/', '203.0.113.1/tcp/9000'], ['another']],
    'silent.example.org': 'silent',
  })
})
afterEach(() => server.stop())

const resolve = (name: string, signal = new AbortController().signal): Promise<readonly string[]> =>
  createResolveTxt({ servers: [server.address] })(name, { signal })

describe('the resolver of Node', () => {
  it('joins the parts of each text', async () => {
    const texts = await resolve('_dnsaddr.example.org')
    expect([...texts].sort()).toEqual(['another', 'dnsaddr=/ip4/203.0.113.1/tcp/9000'])
  })

  it('says that there is no such name', async () => {
    await expect(resolve('gone.example.org')).rejects.toThrow('ENOTFOUND')
  })

  it('gives up with the signal, while a server keeps silent', async () => {
    const stopping = new AbortController()
    const resolving = resolve('silent.example.org', stopping.signal)
    await server.asked
    stopping.abort(new Error('enough'))
    await expect(resolving).rejects.toThrow('enough')
    await expect(resolve('silent.example.org', stopping.signal)).rejects.toThrow('enough')
  })
})
