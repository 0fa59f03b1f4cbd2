import {
  BitArray,
  BitListType,
  BitVectorType,
  BooleanType,
  ByteArrayType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  type Type,
  UintBigintType,
  UintNumberType,
  VectorBasicType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { PortableBitListType } from '../../../src/ssz/basic/portable-bit-list.ts'
import { PortableListType } from '../../../src/ssz/basic/portable-list.ts'

/** Numbers that are the same in every run: a linear congruential generator. */
export function createRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** A value of an SSZ type in which every list has a few items and every field its own content. */
export function randomValue(type: Type<unknown>, random: (limit: number) => number): unknown {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256))
  const items = (element: Type<unknown>, length: number): unknown[] =>
    Array.from({ length }, () => randomValue(element, random))
  if (type instanceof ContainerType) {
    const fields = Object.entries(type.fields as Record<string, Type<unknown>>)
    return Object.fromEntries(fields.map(([name, field]) => [name, randomValue(field, random)]))
  }
  if (type instanceof VectorCompositeType || type instanceof VectorBasicType)
    return items(type.elementType, type.length)
  if (type instanceof ListCompositeType || type instanceof ListBasicType || type instanceof PortableListType) {
    return items(type.elementType, Math.min(type.limit, 1 + random(3)))
  }
  if (type instanceof BooleanType) return random(2) === 1
  if (type instanceof UintNumberType) return random(type.byteLength === 1 ? 256 : 2 ** 31)
  if (type instanceof UintBigintType) return BigInt(random(2 ** 31)) << 32n
  if (type instanceof BitVectorType) return bits(type.lengthBits, random)
  if (type instanceof BitListType || type instanceof PortableBitListType)
    return bits(1 + random(Math.min(type.limitBits, 40)), random)
  if (type instanceof ByteArrayType) return bytes(type.fixedSize ?? random(Math.min(type.maxSize, 100) + 1))
  throw new TypeError(`No random value for ${type.typeName}`)
}

function bits(length: number, random: (limit: number) => number): BitArray {
  return BitArray.fromBoolArray(Array.from({ length }, () => random(2) === 1))
}
