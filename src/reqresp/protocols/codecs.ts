import type { Type } from '@chainsafe/ssz'
import { LamparaError, messageOf } from '../../errors/index.ts'
import type { Codec } from '../types.ts'

/** An SSZ type as a codec, with the bounds that the type itself has. */
export function sszCodec<T>(type: Type<T>): Codec<T> {
  return {
    minBytes: type.minSize,
    maxBytes: type.maxSize,
    encode: (value) => type.serialize(value),
    decode(bytes) {
      try {
        return type.deserialize(bytes)
      } catch (error) {
        throw new LamparaError('ssz_invalid', `Cannot decode ${type.typeName}: ${messageOf(error)}`, { cause: error })
      }
    },
  }
}

/** A codec seen through a change of representation. */
export function mapCodec<Inner, Outer>(
  codec: Codec<Inner>,
  encode: (value: Outer) => Inner,
  decode: (value: Inner) => Outer,
): Codec<Outer> {
  return {
    minBytes: codec.minBytes,
    maxBytes: codec.maxBytes,
    encode: (value) => codec.encode(encode(value)),
    decode: (bytes) => decode(codec.decode(bytes)),
  }
}
