import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mainnet, sepolia } from '../../src/chain/index.ts'
import type { NetworkLocation } from '../../src/cli/options/network-target.ts'
import { type PeerOptionValues, readPeerOptions } from '../../src/cli/options/peer-options.ts'
import { addressPairs, forkPairsAt, signEnr } from '../../src/discovery/enr/index.ts'

const peer = '/ip4/203.0.113.1/tcp/9000/p2p/16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
const { text: record } = signEnr(new Uint8Array(32).fill(1), {
  seq: 1n,
  pairs: addressPairs({ ip: '203.0.113.2', udp: 9000 }),
})
const nobody: Pick<NetworkLocation, 'chain' | 'addresses' | 'enrs'> = { chain: mainnet, addresses: [], enrs: [] }
const joined = { chain: mainnet, addresses: [peer], enrs: ['enr:a'] }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lampara-list-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const file = join(folder, 'list')
  writeFileSync(file, text)
  return file
}

async function meet(values: Partial<PeerOptionValues>, place = nobody) {
  const warnings: string[] = []
  const all = { discv5: false, 'allow-private': false, ...values }
  return { ...(await readPeerOptions('peers', all, place, (line) => warnings.push(line))), warnings }
}

describe('whom the command line says to meet', () => {
  it('is anyone who discv5 finds where nobody is named', async () => {
    expect((await meet({})).discv5).toEqual({})
    expect((await meet({ peer: [peer] })).discv5).toBeUndefined()
  })

  it('are those of the join document, with whose records discv5 begins when it is asked for', async () => {
    const met = await meet({}, joined)
    expect(met.bootnodes).toEqual(joined.addresses)
    expect(met.discv5).toBeUndefined()
    expect((await meet({ discv5: true }, joined)).discv5).toEqual({ bootEnrs: ['enr:a'] })
    expect((await meet({ 'boot-enr': ['enr:b'] }, joined)).discv5).toEqual({ bootEnrs: ['enr:b'] })
  })

  it('are those of a list, what cannot be used told line by line', async () => {
    const { peerSources, discv5, warnings } = await meet({ list: [fileOf(`- ${peer}\n- nonsense\n`)] })
    expect(peerSources).toHaveLength(1)
    expect(discv5).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('nonsense')])
  })

  it('are those of a list that are of the chain; the others are told', async () => {
    const pairs = [...addressPairs({ ip: '203.0.113.3', tcp: 9000 }), ...forkPairsAt(sepolia, Date.now())]
    const foreign = signEnr(new Uint8Array(32).fill(2), { seq: 1n, pairs })
    const list = [fileOf(`- ${peer}\n- ${foreign.text}\n`)]
    expect((await meet({ list })).warnings).toEqual([expect.stringContaining('which mainnet never has')])
    expect((await meet({ list }, { ...nobody, chain: sepolia })).warnings).toEqual([])
  })

  it('is anyone who discv5 finds that begins with the records of a list', async () => {
    const list = [fileOf(`# comment\n- ${record}\n`)]
    expect((await meet({ list })).discv5).toEqual({ bootEnrs: [record] })
    expect((await meet({ list, peer: [peer] })).discv5).toBeUndefined()
    expect((await meet({ list, discv5: true }, joined)).discv5).toEqual({ bootEnrs: [record, 'enr:a'] })
  })

  it.each([
    ['is not there', () => join(folder, 'nothing')],
    ['has nothing of use', () => fileOf('- nonsense\n')],
    ['is too long', () => fileOf(' '.repeat(1024 * 1024 + 1))],
    ['never ends', () => '/dev/zero'],
    ['is a folder', () => folder],
  ])('cannot be a list that %s', async (_, file) => {
    await expect(meet({ list: [file()] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('--list'),
    })
  })
})
