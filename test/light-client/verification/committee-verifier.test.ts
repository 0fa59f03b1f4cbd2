import { aggregateSignatures } from '@chainsafe/blst'
import { describe, expect, it } from 'vitest'
import { createCommitteeVerifier } from '../../../src/light-client/verification/index.ts'
import type { Bls } from '../../../src/platform/bls.ts'
import { nobleBls } from '../../../src/platform/noble-bls.ts'
import { platform } from '../../../src/platform/node/index.ts'
import { BitArray } from '../../../src/ssz/index.ts'
import { type Members, members, membersOf, secretKey, size } from '../../kit/verification/synthetic.ts'

const root = new Uint8Array(32).fill(3)
const everyone = members(1)

function bitsOf(positions: readonly number[]): BitArray {
  return BitArray.fromBoolArray(Array.from({ length: size }, (_, position) => positions.includes(position)))
}

function signatureOf({ secrets }: Members, positions: readonly number[], message = root): Uint8Array {
  return aggregateSignatures(positions.map((position) => secrets[position]!.sign(message))).toBytes()
}

/** Counts the keys that are decompressed. */
function counting(bls: Bls): { bls: Bls; decompressed: () => number } {
  let count = 0
  return {
    bls: {
      ...bls,
      publicKey: (bytes, validate) => {
        count++
        return bls.publicKey(bytes, validate)
      },
    },
    decompressed: () => count,
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, position) => position)

describe.each([await platform.loadBls(), nobleBls])('a committee verifier on $implementation', (bls) => {
  it.each([size, size - 1, size / 2, size / 2 - 1, 1])('verifies what %i members signed', async (count) => {
    const verifier = createCommitteeVerifier(bls)
    const positions = upTo(count)
    const signature = signatureOf(everyone, positions)
    const verify = (bits: BitArray, message = root) => verifier.verify(everyone.committee, bits, message, signature)
    expect(await verify(bitsOf(positions))).toBe(true)
    expect(await verify(bitsOf(positions), new Uint8Array(32))).toBe(false)
    expect(await verify(bitsOf([...positions.slice(1), size - 1 - (count === size ? 1 : 0)]))).toBe(false)
  })

  it('counts a validator as often as it sits in the committee', async () => {
    const verifier = createCommitteeVerifier(bls)
    const twice = membersOf([7, 7, 7, ...upTo(size - 3).map((position) => position + 20)])
    expect(await verifier.verifyAggregateKey(twice.committee)).toBe(true)
    for (const absent of [[0], [0, 1], [0, 1, 2], [1, 5]]) {
      const positions = upTo(size).filter((position) => !absent.includes(position))
      const signature = signatureOf(twice, positions)
      expect(await verifier.verify(twice.committee, bitsOf(positions), root, signature)).toBe(true)
      const oneMore = bitsOf([...positions, absent[0]!])
      expect(await verifier.verify(twice.committee, oneMore, root, signature)).toBe(false)
    }
  })

  it('decompresses the aggregate and the absent, or the signers where they are fewer, each once', async () => {
    const counted = counting(bls)
    const verifier = createCommitteeVerifier(counted.bls)
    const verify = async (positions: number[]): Promise<number> => {
      const before = counted.decompressed()
      const signature = signatureOf(everyone, positions)
      expect(await verifier.verify(everyone.committee, bitsOf(positions), root, signature)).toBe(true)
      return counted.decompressed() - before
    }
    expect(await verify(upTo(size - 2))).toBe(1 + 2)
    expect(await verify(upTo(size - 2))).toBe(0)
    expect(await verify(upTo(size - 3))).toBe(1)
    expect(await verify(upTo(4))).toBe(4)
    await verifier.verifyAggregateKey(everyone.committee)
    expect(counted.decompressed()).toBe(size + 1)
  })

  it('sums a committee once, however often and at once it is asked', async () => {
    const counted = counting(bls)
    const verifier = createCommitteeVerifier(counted.bls)
    const answers = await Promise.all([1, 2, 3].map(() => verifier.verifyAggregateKey(everyone.committee)))
    expect(answers).toEqual([true, true, true])
    expect(await verifier.verifyAggregateKey(everyone.committee)).toBe(true)
    expect(counted.decompressed()).toBe(size + 1)
  })

  it('finds an aggregate that is not the sum, and keys that are not valid', async () => {
    const verifier = createCommitteeVerifier(bls)
    const { pubkeys, aggregatePubkey } = everyone.committee
    const stranger = secretKey(200).toPublicKey().toBytes()
    const noKey = new Uint8Array(48).fill(0xff)
    expect(await verifier.verifyAggregateKey({ pubkeys, aggregatePubkey: stranger })).toBe(false)
    expect(await verifier.verifyAggregateKey({ pubkeys: pubkeys.with(3, stranger), aggregatePubkey })).toBe(false)
    expect(await verifier.verifyAggregateKey({ pubkeys: pubkeys.with(3, noKey), aggregatePubkey })).toBe(false)
    expect(await verifier.verifyAggregateKey({ pubkeys, aggregatePubkey: noKey })).toBe(false)
  })

  it('calls malformed signatures, keys and bits false rather than throwing', async () => {
    const verifier = createCommitteeVerifier(bls)
    const { committee } = everyone
    const signature = signatureOf(everyone, upTo(size))
    const noKey = new Uint8Array(48).fill(0xff)
    const all = bitsOf(upTo(size))
    expect(await verifier.verify(committee, all, root, new Uint8Array(96))).toBe(false)
    expect(await verifier.verify(committee, all, root, new Uint8Array(3))).toBe(false)
    expect(await verifier.verify(committee, bitsOf([]), root, signature)).toBe(false)
    expect(await verifier.verify(committee, BitArray.fromBitLen(size * 2), root, signature)).toBe(false)
    expect(await verifier.verify({ ...committee, aggregatePubkey: noKey }, all, root, signature)).toBe(false)
  })
})
