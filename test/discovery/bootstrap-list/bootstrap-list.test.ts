import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Chain, mainnet, sepolia, slotStartMs } from '../../../src/chain/index.ts'
import {
  type BootstrapListOptions,
  createBootstrapList,
  type ResolveTxt,
} from '../../../src/discovery/bootstrap-list/index.ts'
import { addressPairs, decodeEnr, forkPairsAt, signEnr } from '../../../src/discovery/enr/index.ts'
import type { LamparaErrorCode } from '../../../src/errors/index.ts'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { fixtures } from '../../kit/fixtures.ts'

const enrOf = (n: number, where: Parameters<typeof addressPairs>[0]) =>
  signEnr(new Uint8Array(32).fill(n), { seq: 1n, pairs: addressPairs(where) })
const withTcp = enrOf(1, { ip: '203.0.113.1', tcp: 9000, udp: 9000 })
const udpOnly = enrOf(2, { ip: '203.0.113.2', udp: 9000 })
const [alice, bob, carol] = [3, 4, 5].map((n) => enrOf(n, {}).peerId)
const at = (host: string, peerId = alice): string => `/ip4/${host}/tcp/9000/p2p/${peerId}`

function listOf(list: string | readonly string[], options: BootstrapListOptions = {}) {
  const skipped: [string, LamparaErrorCode][] = []
  const clock = createFakeClock()
  const onSkipped: BootstrapListOptions['onSkipped'] = (entry, { code }) => skipped.push([entry, code])
  return { source: createBootstrapList(list, { clock, onSkipped, ...options }), skipped, clock }
}

async function all(source: CandidateSource, signal = new AbortController().signal): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  for await (const candidate of source.candidates({ signal })) candidates.push(candidate)
  return candidates
}

/** DNS of a test: what names have, and what was asked. */
function dnsOf(zone: Readonly<Record<string, readonly string[]>>): { resolveTxt: ResolveTxt; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    async resolveTxt(name) {
      asked.push(name)
      const texts = zone[name]
      if (texts === undefined) throw new Error(`queryTxt ENOTFOUND ${name}`)
      return texts
    },
  }
}

describe('a bootstrap list', () => {
  it('reports records and addresses as candidates, a peer with several addresses once', async () => {
    const { source, skipped } = listOf([withTcp.text, at('203.0.113.7'), at('203.0.113.8'), at('203.0.113.9', bob)])
    expect(await all(source)).toEqual([
      { peerId: withTcp.peerId, addresses: ['/ip4/203.0.113.1/tcp/9000'], enr: withTcp.text },
      { peerId: alice, addresses: [at('203.0.113.7'), at('203.0.113.8')] },
      { peerId: bob, addresses: [at('203.0.113.9', bob)] },
    ])
    expect(skipped).toEqual([])
    expect(source.name).toBe('list')
  })

  it('keeps records that cannot be dialed for discv5', async () => {
    const { source } = listOf([udpOnly.text, withTcp.text])
    expect(source.enrs).toEqual([udpOnly.text, withTcp.text])
    expect((await all(source)).map(({ peerId }) => peerId)).toEqual([withTcp.peerId])
  })

  it.each([
    ['lines', `# ours\n${udpOnly.text}   # a comment\n\n${at('203.0.113.7')}\n`],
    ['YAML', `- ${udpOnly.text} # a comment\n- "${at('203.0.113.7')}"\n`],
    ['YAML in one line', `[${udpOnly.text}, '${at('203.0.113.7')}']`],
    ['JSON', JSON.stringify([udpOnly.text, at('203.0.113.7')], null, 2)],
  ])('may be a text: %s', async (_, text) => {
    const { source, skipped } = listOf(text)
    expect(source.enrs).toEqual([udpOnly.text])
    expect(await all(source)).toHaveLength(1)
    expect(skipped).toEqual([])
  })

  it('passes over what cannot be used, one by one, and says why', async () => {
    const forged = `${withTcp.text.slice(0, -2)}${withTcp.text.endsWith('AA') ? 'BB' : 'AA'}`
    const nowhere = `/p2p/${alice}`
    const bad = ['nonsense', forged, '/ip4/203.0.113.7/tcp/9000', nowhere, '/dnsaddr/example.org', '/dnsaddr/']
    const { source, skipped } = listOf([...bad, at('203.0.113.7')])
    expect(await all(source)).toHaveLength(1)
    expect(skipped).toEqual([
      ['nonsense', 'address_invalid'],
      [forged, 'enr_invalid'],
      ['/ip4/203.0.113.7/tcp/9000', 'address_invalid'],
      [nowhere, 'address_invalid'],
      ['/dnsaddr/example.org', 'runtime_unsupported'],
      ['/dnsaddr/', 'address_invalid'],
    ])
  })

  const of = (
    chain: Chain,
    timeMs: number,
    where: Parameters<typeof addressPairs>[0] = { ip: '203.0.113.5', tcp: 9000 },
  ) =>
    signEnr(new Uint8Array(32).fill(6), { seq: 1n, pairs: [...addressPairs(where), ...forkPairsAt(chain, timeMs)] })
      .text

  it('passes over records of another chain than the one that is named, and takes those of its past forks', async () => {
    const old = of(mainnet, slotStartMs(mainnet, 1))
    const foreign = of(sepolia, Date.now())
    const { source, skipped } = listOf([old, withTcp.text, foreign], { chain: mainnet })
    expect((await all(source)).map(({ enr }) => enr)).toEqual([old, withTcp.text])
    expect(source.enrs).toEqual([old, withTcp.text])
    expect(skipped).toEqual([[foreign, 'irrelevant_network']])
    expect(listOf([foreign]).skipped).toEqual([])
    expect(() => listOf([foreign], { chain: mainnet })).toThrow(expect.objectContaining({ code: 'bootnodes_missing' }))
  })

  it('leaves to discv5 whom it alone can ask, whatever their records name', async () => {
    const bootnode = of(sepolia, Date.now(), { ip: '203.0.113.5', udp: 9000 })
    const { source, skipped } = listOf([bootnode], { chain: mainnet })
    expect(source.enrs).toEqual([bootnode])
    expect(await all(source)).toEqual([])
    expect(skipped).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['comments alone', '# nobody\n'],
    ['what cannot be used', ['nonsense']],
  ])('is refused with %s in it', (_, list) => {
    expect(() => listOf(list)).toThrow(expect.objectContaining({ code: 'bootnodes_missing' }))
  })

  it.each([
    ['1,025 entries', Array(1025).fill('x')],
    ['more than a MiB', ' '.repeat(1024 * 1024 + 1)],
  ])('is refused with %s', (_, list) => {
    expect(() => listOf(list)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  it
    .skipIf(!fixtures.available)
    .each([
      'mainnet/bootstrap_nodes.yaml',
      'mainnet/ream_bootnodes_mainnet.yaml',
      'sepolia/bootstrap_nodes.yaml',
      'sepolia/ream_bootnodes_sepolia.yaml',
    ])('reads %s as a YAML parser does, and each record verifies', async (file) => {
    const text = fixtures.text('networks', file)
    const { source, skipped } = listOf(text)
    expect(source.enrs).toEqual(parse(text))
    expect(skipped).toEqual([])
    for (const { enr, addresses } of await all(source)) {
      expect(decodeEnr(enr!).text).toBe(enr)
      expect(addresses[0]).toMatch(/^\/ip[46]\/.*\/(tcp\/\d+|udp\/\d+\/quic-v1)$/)
    }
  })

  it.skipIf(!fixtures.available)('finds nobody in a list of execution-layer nodes, and says so of each', () => {
    const entries: string[] = parse(fixtures.text('networks', 'sepolia', 'enodes.yaml'))
    const { source, skipped } = listOf([...entries, withTcp.text])
    expect(source.enrs).toEqual([withTcp.text])
    expect(skipped).toEqual(entries.map((entry) => [entry, 'address_invalid']))
  })
})

describe('a name in a bootstrap list', () => {
  const zone = {
    '_dnsaddr.example.org': ['dnsaddr=/dnsaddr/eu.example.org', `dnsaddr=${at('203.0.113.1')}`, 'v=spf1 -all'],
    '_dnsaddr.eu.example.org': [
      `dnsaddr=${at('203.0.113.2', bob)}`,
      `dnsaddr=${at('203.0.113.3', bob)}`,
      'dnsaddr=/ip4/203.0.113.4/tcp/9000',
      'dnsaddr=/new-kind/x',
    ],
  }

  it('is followed from name to name to peers, what cannot be used skipped', async () => {
    const { source, skipped } = listOf(['/dnsaddr/example.org'], dnsOf(zone))
    expect(await all(source)).toEqual([
      { peerId: bob, addresses: [at('203.0.113.2', bob), at('203.0.113.3', bob)] },
      { peerId: alice, addresses: [at('203.0.113.1')] },
    ])
    expect(skipped).toEqual([])
  })

  it('with a peer id leads to that peer alone', async () => {
    const { resolveTxt } = dnsOf({
      '_dnsaddr.example.org': [
        `dnsaddr=${at('203.0.113.1')}`,
        `dnsaddr=/dnsaddr/b.example.org/p2p/${bob}`,
        `dnsaddr=/dnsaddr/c.example.org/p2p/${carol}`,
      ],
      '_dnsaddr.b.example.org': [`dnsaddr=${at('203.0.113.2', bob)}`, `dnsaddr=${at('203.0.113.3', carol)}`],
    })
    const { source } = listOf([`/dnsaddr/example.org/p2p/${bob}`], { resolveTxt })
    expect(await all(source)).toEqual([{ peerId: bob, addresses: [at('203.0.113.2', bob)] }])
  })

  it('is looked up when candidates are asked for, and again after ten minutes', async () => {
    const { resolveTxt, asked } = dnsOf({ '_dnsaddr.a.org': [`dnsaddr=${at('203.0.113.1')}`] })
    const { source, clock } = listOf(['/dnsaddr/a.org'], { resolveTxt })
    expect(asked).toEqual([])
    await all(source)
    await clock.advance(9 * 60_000)
    expect(await all(source)).toHaveLength(1)
    expect(asked).toHaveLength(1)
    await clock.advance(60_000)
    await all(source)
    expect(asked).toHaveLength(2)
  })

  it('keeps to what it led to while it cannot be resolved, and says so each time', async () => {
    const answers = [[`dnsaddr=${at('203.0.113.1')}`]]
    const resolveTxt: ResolveTxt = async () => answers.shift() ?? Promise.reject(new Error('SERVFAIL'))
    const { source, skipped, clock } = listOf(['/dnsaddr/a.org'], { resolveTxt })
    const before = await all(source)
    await clock.advance(10 * 60_000)
    expect(await all(source)).toEqual(before)
    expect(skipped).toEqual([['/dnsaddr/a.org', 'bootnodes_unreachable']])
  })

  it('that cannot be resolved does not keep the others from being told, and is an error where there are none', async () => {
    const mixed = listOf(['/dnsaddr/gone.org', '/dnsaddr/example.org'], dnsOf(zone))
    expect(await all(mixed.source)).toHaveLength(2)
    expect(mixed.skipped).toEqual([['/dnsaddr/gone.org', 'bootnodes_unreachable']])
    const alone = listOf(['/dnsaddr/gone.org'], dnsOf(zone))
    await expect(all(alone.source)).rejects.toMatchObject({ code: 'bootnodes_unreachable' })
  })

  it('that leads to itself, or ever deeper, ends', async () => {
    const circle = dnsOf({ '_dnsaddr.a.org': ['dnsaddr=/dnsaddr/a.org', `dnsaddr=${at('203.0.113.1')}`] })
    expect(await all(listOf(['/dnsaddr/a.org'], circle).source)).toHaveLength(1)
    expect(circle.asked).toHaveLength(1)
    let depth = 0
    const deeper: ResolveTxt = async () => [`dnsaddr=/dnsaddr/d${++depth}.org`]
    await expect(all(listOf(['/dnsaddr/d0.org'], { resolveTxt: deeper }).source)).rejects.toThrow('none of its names')
    expect(depth).toBe(4)
  })

  it('leads to at most 16 names and 128 addresses', async () => {
    const asked: string[] = []
    const names: ResolveTxt = async (name) => {
      asked.push(name)
      return [1, 2, 3, 4, 5].map((n) => `dnsaddr=/dnsaddr/${n}-${asked.length}.org`)
    }
    await expect(all(listOf(['/dnsaddr/a.org'], { resolveTxt: names }).source)).rejects.toThrow('none of its names')
    expect(asked).toHaveLength(16)
    const addresses: ResolveTxt = async () =>
      Array.from({ length: 300 }, (_, n) => `dnsaddr=/ip4/203.0.113.1/tcp/${n + 1}/p2p/${alice}`)
    const [candidate] = await all(listOf(['/dnsaddr/a.org'], { resolveTxt: addresses }).source)
    expect(candidate!.addresses).toHaveLength(128)
  })

  it('is given up with the signal, whose reason it is', async () => {
    const stopping = new AbortController()
    const resolveTxt: ResolveTxt = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { source, skipped } = listOf(['/dnsaddr/a.org'], { resolveTxt })
    const asking = all(source, stopping.signal)
    stopping.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
    expect(skipped).toEqual([])
  })
})
