import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher as asSha256 } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import { hasher as hashtree } from '@chainsafe/persistent-merkle-tree/hasher/hashtree'
import { hasher as noble } from '@chainsafe/persistent-merkle-tree/hasher/noble'
import { afterAll, describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import { committeeRoot } from '../../src/light-client/verification/committee-root.ts'
import { SyncCommittee } from '../../src/ssz/index.ts'
import { altairChain, members } from './support/synthetic.ts'

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

  it('refuses a committee of another preset', () => {
    expect(() => committeeRoot(mainnet, committee)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
