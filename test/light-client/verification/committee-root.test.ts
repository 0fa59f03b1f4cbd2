import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher as asSha256 } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import { hasher as hashtree } from '@chainsafe/persistent-merkle-tree/hasher/hashtree'
import { hasher as noble } from '@chainsafe/persistent-merkle-tree/hasher/noble'
import { afterAll, describe, expect, it } from 'vitest'
import { mainnet, minimalPreset } from '../../../src/chain/index.ts'
import { committeeRoot } from '../../../src/light-client/verification/committee-root.ts'
import { SyncCommittee } from '../../../src/ssz/index.ts'
import { altairChain, members } from '../../kit/verification/synthetic.ts'

const { committee } = members(1)
const big = {
  pubkeys: Array.from({ length: 512 }, (_, at) => new Uint8Array(48).fill(at % 251)),
  aggregatePubkey: new Uint8Array(48).fill(7),
}

describe('committeeRoot()', () => {
  afterAll(() => setHasher(hashtree))

  it.each([noble, asSha256, hashtree])('is the SSZ root of a committee with $name, in both presets', (hasher) => {
    setHasher(hasher)
    for (const [chain, value] of [[altairChain(), committee] as const, [mainnet, big] as const]) {
      expect(committeeRoot(chain, value)).toEqual(SyncCommittee(chain.preset).hashTreeRoot(value))
    }
  })

  it('gives each of several committees in turn its own root', () => {
    const other = members(60).committee
    const roots = [committee, other, committee].map((value) => committeeRoot(altairChain(), value))
    expect(roots[0]).toEqual(roots[2])
    expect(roots[1]).toEqual(SyncCommittee(minimalPreset).hashTreeRoot(other))
  })

  it('refuses a committee of another preset, and keys of another length, and is none the worse for it', () => {
    const refused = expect.objectContaining({ code: 'invalid_argument' })
    const before = committeeRoot(altairChain(), committee)
    expect(() => committeeRoot(mainnet, committee)).toThrow(refused)
    for (const length of [47, 64]) {
      const pubkeys = committee.pubkeys.with(3, new Uint8Array(length).fill(1))
      expect(() => committeeRoot(altairChain(), { ...committee, pubkeys })).toThrow(refused)
    }
    expect(committeeRoot(altairChain(), committee)).toEqual(before)
  })
})
