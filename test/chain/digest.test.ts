import { describe, expect, it } from 'vitest'
import {
  type Chain,
  type Fork,
  forkAtEpoch,
  forkDigestAtEpoch,
  forkDigestAtSlot,
  forkDigests,
  forkOfDigest,
  type Hex,
  hoodi,
  mainnet,
  sepolia,
} from '../../src/chain/index.ts'
import { isLamparaError } from '../../src/errors/index.ts'
import { fixtures } from '../kit/fixtures.ts'

interface Vectors {
  config: { BLOB_SCHEDULE: { EPOCH: number; MAX_BLOBS_PER_BLOCK: number }[] }
  cases: { epoch: number; fork_version: Hex; genesis_validators_root: Hex; expected_fork_digest: Hex }[]
}

describe.skipIf(!fixtures.available)('fork digests of the specification', () => {
  const vectors = fixtures.available
    ? (fixtures.json('fork-digest/compute_fork_digest.json') as Vectors)
    : { config: { BLOB_SCHEDULE: [] }, cases: [] }
  const old: Fork[] = ['phase0', 'altair', 'bellatrix', 'capella', 'deneb', 'electra'].map((name) => ({
    name: name as Fork['name'],
    version: '0x00000000',
    epoch: 0,
  }))

  it.each(vectors.cases)('is $expected_fork_digest at epoch $epoch with version $fork_version', (vector) => {
    const chain: Chain = {
      ...mainnet,
      genesisValidatorsRoot: vector.genesis_validators_root,
      forks: [...old, { name: 'fulu', version: vector.fork_version, epoch: 0 }],
      blobSchedule: vectors.config.BLOB_SCHEDULE.map((entry) => ({
        epoch: entry.EPOCH,
        maxBlobsPerBlock: entry.MAX_BLOBS_PER_BLOCK,
      })),
    }
    expect(forkDigestAtEpoch(chain, vector.epoch)).toBe(vector.expected_fork_digest)
  })

  it('has vectors', () => {
    expect(vectors.cases.length).toBeGreaterThan(10)
  })
})

describe('fork digests', () => {
  const table = (chain: Chain) =>
    forkDigests(chain).map(({ digest, fork, startEpoch }) => `${fork.name} ${startEpoch} ${digest}`)

  it('are those of mainnet, with one for each blob-parameter fork', () => {
    expect(table(mainnet)).toEqual([
      'phase0 0 0xb5303f2a',
      'altair 74240 0xafcaaba0',
      'bellatrix 144896 0x4a26c58b',
      'capella 194048 0xbba4da96',
      'deneb 269568 0x6a95a1a9',
      'electra 364032 0xad532ceb',
      'fulu 411392 0xcc2c5cdb',
      'fulu 412672 0xcb0d1acc',
      'fulu 419072 0x8c9f62fe',
    ])
  })

  it('are those that live nodes of Sepolia and Hoodi have announced', () => {
    expect(table(sepolia)[0]).toBe('phase0 0 0xa8fee8ee')
    expect(table(sepolia)).toContain('fulu 275712 0x74d01459')
    expect(table(sepolia).at(-1)).toBe('gloas 353024 0x669e6c11')
    // Where several forks begin in one epoch there is one digest, the newest one's.
    expect(table(hoodi)[0]).toBe('deneb 0 0xd2f1997f')
    expect(table(hoodi).at(-1)).toBe('fulu 54016 0xc6ecb76c')
  })

  it('cover every epoch without gaps or overlaps', () => {
    for (const chain of [mainnet, sepolia, hoodi]) {
      const schedule = forkDigests(chain)
      expect(schedule[0]!.startEpoch).toBe(0)
      expect(schedule.at(-1)!.endEpoch).toBe(Number.POSITIVE_INFINITY)
      for (const [i, entry] of schedule.entries()) {
        if (i > 0) expect(entry.startEpoch).toBe(schedule[i - 1]!.endEpoch)
        expect(forkDigestAtEpoch(chain, entry.startEpoch)).toBe(entry.digest)
        if (entry.startEpoch > 0) {
          expect(forkDigestAtEpoch(chain, entry.startEpoch - 1)).toBe(schedule[i - 1]!.digest)
        }
        expect(forkOfDigest(chain, entry.digest)).toBe(entry)
        expect(entry.fork).toBe(forkAtEpoch(chain, entry.startEpoch))
      }
      expect(new Set(schedule.map((entry) => entry.digest)).size).toBe(schedule.length)
    }
  })

  it('change with the first slot of an epoch', () => {
    expect(forkDigestAtSlot(mainnet, 364_032 * 32 - 1)).toBe('0x6a95a1a9')
    expect(forkDigestAtSlot(mainnet, 364_032 * 32)).toBe('0xad532ceb')
  })

  it('are known before genesis, and at the end of time', () => {
    expect(forkDigestAtEpoch(mainnet, -1)).toBe('0xb5303f2a')
    expect(forkDigestAtEpoch(hoodi, -1)).toBe('0xd2f1997f')
    expect(forkDigestAtEpoch(mainnet, Number.MAX_SAFE_INTEGER)).toBe('0x8c9f62fe')
  })

  it('take a blob entry from before Fulu into account from Fulu on, and no sooner', () => {
    const early: Chain = { ...mainnet, blobSchedule: [{ epoch: 400_000, maxBlobsPerBlock: 15 }] }
    const atFulu: Chain = { ...mainnet, blobSchedule: [{ epoch: 411_392, maxBlobsPerBlock: 15 }] }
    for (const chain of [early, atFulu]) {
      expect(forkDigests(chain)).toHaveLength(7)
      expect(forkDigestAtEpoch(chain, 411_391)).toBe('0xad532ceb')
      expect(forkDigestAtEpoch(chain, 411_392)).not.toBe('0xcc2c5cdb')
    }
    expect(forkDigestAtEpoch(early, 411_392)).not.toBe(forkDigestAtEpoch(atFulu, 411_392))
  })

  it('find a chain by its digest in any case, and nothing by that of another', () => {
    expect(forkOfDigest(mainnet, '0xAD532CEB')?.fork.name).toBe('electra')
    expect(forkOfDigest(mainnet, '0xc6ecb76c')).toBeUndefined()
    expect(forkOfDigest(mainnet, '0x')).toBeUndefined()
  })

  it('do not exist for a chain without forks', () => {
    const none: Chain = { ...mainnet, forks: [] }
    expect(() => forkDigestAtEpoch(none, 0)).toThrow(expect.toSatisfy((e) => isLamparaError(e, 'fork_unknown')))
    expect(() => forkAtEpoch(none, 0)).toThrow(expect.toSatisfy((e) => isLamparaError(e, 'fork_unknown')))
  })
})
