import {
  BitArray,
  BitListType,
  ByteListType,
  type CompositeType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  type Type,
  UintNumberType,
} from '@chainsafe/ssz'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import { PortableByteListType } from '../../src/ssz/basic/byte-list.ts'
import { PortableBitListType } from '../../src/ssz/basic/portable-bit-list.ts'
import { PortableListType } from '../../src/ssz/basic/portable-list.ts'

const uint64 = new UintNumberType(8)
const pair = new ContainerType({ a: uint64, b: new UintNumberType(1) })

/** Each of our lists beside the library's own, and what to fill it with. */
const kinds: Record<string, { ours: Type<unknown>; theirs: Type<unknown>; value: fc.Arbitrary<unknown> }> = {
  'a list of numbers': {
    ours: new PortableListType(uint64, 11) as unknown as Type<unknown>,
    theirs: new ListBasicType(uint64, 11) as unknown as Type<unknown>,
    value: fc.array(fc.nat(), { maxLength: 11 }),
  },
  'a list of bytes as numbers': {
    ours: new PortableListType(new UintNumberType(1), 100) as unknown as Type<unknown>,
    theirs: new ListBasicType(new UintNumberType(1), 100) as unknown as Type<unknown>,
    value: fc.array(fc.nat(255), { maxLength: 100 }),
  },
  'a list of containers': {
    ours: new PortableListType(pair, 6) as unknown as Type<unknown>,
    theirs: new ListCompositeType(pair, 6) as unknown as Type<unknown>,
    value: fc.array(fc.record({ a: fc.nat(), b: fc.nat(255) }), { maxLength: 6 }),
  },
  'a list of byte lists': {
    ours: new PortableListType(new PortableByteListType(40), 5) as unknown as Type<unknown>,
    theirs: new ListCompositeType(new ByteListType(40), 5) as unknown as Type<unknown>,
    value: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
  },
  'a list of one': {
    ours: new PortableListType(pair, 1) as unknown as Type<unknown>,
    theirs: new ListCompositeType(pair, 1) as unknown as Type<unknown>,
    value: fc.array(fc.record({ a: fc.nat(), b: fc.nat(255) }), { maxLength: 1 }),
  },
  'a list of bits': {
    ours: new PortableBitListType(300) as unknown as Type<unknown>,
    theirs: new BitListType(300) as unknown as Type<unknown>,
    value: fc.array(fc.boolean(), { maxLength: 300 }).map((bits) => BitArray.fromBoolArray(bits)),
  },
}

describe.each(Object.entries(kinds))('%s', (_, { ours, theirs, value }) => {
  it('has the roots, bytes, trees and bounds of the library’s own', () => {
    expect([ours.typeName, ours.minSize, ours.maxSize, ours.depth, ours.maxChunkCount, ours.fixedSize]).toEqual([
      theirs.typeName,
      theirs.minSize,
      theirs.maxSize,
      theirs.depth,
      theirs.maxChunkCount,
      theirs.fixedSize,
    ])
    fc.assert(
      fc.property(value, (item) => {
        const bytes = theirs.serialize(item)
        const root = toHex(theirs.hashTreeRoot(item))
        expect(toHex(ours.serialize(item))).toBe(toHex(bytes))
        expect(toHex(ours.hashTreeRoot(item))).toBe(root)
        expect(ours.deserialize(bytes)).toEqual(theirs.deserialize(bytes))
        const node = ours.value_toTree(item)
        expect(toHex(node.root)).toBe(root)
        expect(ours.tree_toValue(node)).toEqual(theirs.deserialize(bytes))
        expect((ours as CompositeType<unknown, unknown, unknown>).tree_getLeafGindices(1n, node)).toEqual(
          (theirs as CompositeType<unknown, unknown, unknown>).tree_getLeafGindices(1n, theirs.value_toTree(item)),
        )
        expect(ours.fromJson(ours.toJson(item))).toEqual(item)
        expect(ours.equals(ours.clone(item), item)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('takes exactly the bytes that the library takes, for the same value', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      // Close to what is right: one byte of a right one changed, or its end cut.
      fc.tuple(value, fc.nat(), fc.nat(255), fc.boolean()).map(([item, at, byte, cut]) => {
        const right = theirs.serialize(item)
        if (cut) return right.slice(0, at % (right.length + 1))
        if (right.length > 0) right[at % Math.min(right.length, 8)] = byte
        return right
      }),
    )
    fc.assert(
      fc.property(bytes, (input) => {
        const [mine, others] = [ours, theirs].map((type) => {
          try {
            return { value: type.deserialize(input) }
          } catch {
            return 'refused'
          }
        })
        expect(mine).toEqual(others)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a list beyond its limit', () => {
  it('is refused, whether it comes in or goes out', () => {
    const list = new PortableListType(uint64, 2)
    expect(() => list.serialize([1, 2, 3])).toThrow(RangeError)
    expect(() => list.hashTreeRoot([1, 2, 3])).toThrow(RangeError)
    expect(() => list.deserialize(new Uint8Array(24))).toThrow(RangeError)
    const bits = new PortableBitListType(8)
    expect(() => bits.serialize(BitArray.fromBitLen(9))).toThrow(RangeError)
    expect(() => bits.hashTreeRoot(BitArray.fromBitLen(9))).toThrow(RangeError)
    expect(() => bits.deserialize(Uint8Array.of(0, 2))).toThrow(RangeError)
  })

  it('is refused by its count, before a place is made for each item', () => {
    const list = new PortableListType(new PortableByteListType(1), 4)
    const bytes = new Uint8Array(400_000)
    new DataView(bytes.buffer).setUint32(0, 400_000, true)
    expect(() => list.deserialize(bytes)).toThrow('at most 4')
  })
})

describe('a list', () => {
  it('has no views', () => {
    const list = new PortableListType(uint64, 2)
    expect(() => list.defaultViewDU()).toThrow('no views')
  })
})
