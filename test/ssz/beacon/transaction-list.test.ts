import { ByteListType, ListCompositeType } from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/chain/index.ts'
import { TransactionListType } from '../../../src/ssz/beacon/transaction-list.ts'

const ours = new TransactionListType()
const theirs = new ListCompositeType(new ByteListType(1_073_741_824), 1_048_576)

/** A list of empty transactions as it goes over the wire: nothing but offsets. */
function emptyOnes(count: number): Uint8Array {
  return new Uint8Array(new Uint32Array(count).fill(4 * count).buffer)
}

describe('the transactions of a block', () => {
  it.each([
    ['none', []],
    ['a few, one of them empty', [new Uint8Array(0), Uint8Array.of(1, 2, 3)]],
    ['more than any block had', Array.from({ length: 10_000 }, (_, i) => new Uint8Array(100).fill(i))],
  ])('are read and written as the library has it: %s', (_, transactions) => {
    const bytes = theirs.serialize(transactions)
    expect(ours.deserialize(bytes)).toEqual(transactions)
    expect(Buffer.compare(ours.serialize(transactions), bytes)).toBe(0)
    expect(toHex(ours.hashTreeRoot(transactions))).toBe(toHex(theirs.hashTreeRoot(transactions)))
  })

  it('are refused where so many cannot be in so few bytes, by the first offset alone', () => {
    expect(() => ours.deserialize(emptyOnes(2 ** 20))).toThrow('4194304 bytes cannot be 1048576 transactions')
    expect(ours.deserialize(emptyOnes(4096))).toHaveLength(4096)
    expect(() => ours.deserialize(emptyOnes(4097))).toThrow(RangeError)
  })
})
