import { ByteListType } from '@chainsafe/ssz'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/chain/index.ts'
import { PortableByteListType } from '../../../src/ssz/index.ts'

describe('PortableByteListType', () => {
  it('has the roots, bytes, trees and bounds of the library’s own byte list', () => {
    for (const limit of [1, 31, 32, 33, 64, 65, 100, 256]) {
      const ours = new PortableByteListType(limit)
      const theirs = new ByteListType(limit)
      expect([ours.minSize, ours.maxSize, ours.depth, ours.maxChunkCount, ours.typeName]).toEqual([
        theirs.minSize,
        theirs.maxSize,
        theirs.depth,
        theirs.maxChunkCount,
        theirs.typeName,
      ])
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: limit }), (value) => {
          expect(toHex(ours.hashTreeRoot(value))).toBe(toHex(theirs.hashTreeRoot(value)))
          expect(toHex(ours.serialize(value))).toBe(toHex(value))
          expect(toHex(ours.deserialize(value))).toBe(toHex(value))
          const node = ours.value_toTree(value)
          expect(toHex(node.root)).toBe(toHex(theirs.hashTreeRoot(value)))
          expect(toHex(ours.tree_toValue(node))).toBe(toHex(value))
          expect(ours.tree_getLeafGindices(1n, node)).toEqual(
            theirs.tree_getLeafGindices(1n, theirs.value_toTree(value)),
          )
        }),
        { numRuns: 30 },
      )
    }
  })

  it('refuses more bytes than its limit, whether they come in or go out', () => {
    const type = new PortableByteListType(32)
    const long = new Uint8Array(33)
    expect(() => type.serialize(long)).toThrow(RangeError)
    expect(() => type.deserialize(long)).toThrow(RangeError)
    expect(() => type.hashTreeRoot(long)).toThrow(RangeError)
    expect(() => type.value_toTree(long)).toThrow(RangeError)
  })
})
