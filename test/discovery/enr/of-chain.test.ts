import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { forkDigests, type Hex, hoodi, mainnet, sepolia } from '../../../src/chain/index.ts'
import { addressesOf, decodeEnr, encodeForkId, forkIdOf, signEnr } from '../../../src/discovery/enr/index.ts'
import { assertOfChain } from '../../../src/discovery/enr/of-chain.ts'
import { bootstrapRecords } from '../../../src/platform/node/discv5/bootstrap-records.ts'
import { fixtures } from '../../kit/fixtures.ts'

const chains = { mainnet, sepolia, hoodi }
const signed = (pairs: [string, Uint8Array][]) => signEnr(new Uint8Array(32).fill(1), { seq: 1n, pairs })
const recordWith = (forkDigest: Hex) =>
  signed([['eth2', encodeForkId({ forkDigest, nextForkVersion: '0x00000000', nextForkEpoch: 7 })]])

describe.each(Object.values(chains))('a record is of $name', (chain) => {
  it('with the digest of any of its forks, past, present or to come', () => {
    for (const { digest } of forkDigests(chain)) assertOfChain(recordWith(digest), chain)
  })

  it('without any digest, as bootnodes may be', () => {
    assertOfChain(signed([]), chain)
  })

  it('with no digest of another chain', () => {
    const others = Object.values(chains).filter((other) => other !== chain)
    for (const { digest } of others.flatMap(forkDigests)) {
      expect(() => assertOfChain(recordWith(digest), chain)).toThrow(
        expect.objectContaining({ code: 'irrelevant_network', message: expect.stringContaining(digest) }),
      )
    }
  })

  it('not where `eth2` cannot be read', () => {
    const short = signed([['eth2', new Uint8Array(15)]])
    expect(() => assertOfChain(short, chain)).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
  })
})

it('a bootnode that still names the digest of before genesis is of the chain whose first version that is', () => {
  const early = bootstrapRecords('mainnet')
    .map((text) => decodeEnr(text))
    .filter((enr) => forkIdOf(enr)?.forkDigest === '0xf5a5fd42')
  expect(early.length).toBeGreaterThan(0)
  for (const enr of early) {
    assertOfChain(enr, mainnet)
    expect(() => assertOfChain(enr, sepolia)).toThrow()
  }
})

describe.skipIf(!fixtures.available)('published bootnodes', () => {
  it.each([
    ['mainnet/bootstrap_nodes.yaml', mainnet],
    ['mainnet/ream_bootnodes_mainnet.yaml', mainnet],
    ['sepolia/bootstrap_nodes.yaml', sepolia],
    ['sepolia/ream_bootnodes_sepolia.yaml', sepolia],
  ])('of %s are of that chain, however old their digests, and of no other', (file, chain) => {
    const texts: string[] = parse(fixtures.text('networks', file))
    const records = texts.map((text) => decodeEnr(text))
    for (const enr of records) assertOfChain(enr, chain)
    const other = chain === mainnet ? sepolia : mainnet
    const told = records.filter((enr) => enr.pairs.has('eth2') && addressesOf(enr).length > 0)
    expect(told.length).toBeGreaterThan(0)
    for (const enr of told) expect(() => assertOfChain(enr, other)).toThrow()
  })
})
