import { type BitArray, BitVectorType, ByteVectorType, type Type, VectorCompositeType } from '@chainsafe/ssz'

// The library's own vectors write a value of another length over its neighbours, leave zeros, or drop what is too much.
// A value that was put together wrongly would then be sent, or hashed, as another one.

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/** `ByteVector[N]` that refuses values of another length. */
export class ExactByteVectorType extends ByteVectorType {
  override value_serializeToBytes(output: ByteViews, offset: number, value: Uint8Array): number {
    this.assertValidSize(value.length)
    return super.value_serializeToBytes(output, offset, value)
  }

  protected override getBlocksBytes(value: Uint8Array): Uint8Array {
    this.assertValidSize(value.length)
    return super.getBlocksBytes(value)
  }
}

/** `Bitvector[N]` that refuses values of another length. */
export class ExactBitVectorType extends BitVectorType {
  override value_serializeToBytes(output: ByteViews, offset: number, value: BitArray): number {
    assertLength(this.typeName, value.bitLen, this.lengthBits)
    return super.value_serializeToBytes(output, offset, value)
  }

  protected override getBlocksBytes(value: BitArray): Uint8Array {
    assertLength(this.typeName, value.bitLen, this.lengthBits)
    return super.getBlocksBytes(value)
  }
}

/** `Vector[ByteVector[M], N]` that refuses values with more or fewer items. */
export class ExactVectorType extends VectorCompositeType<ByteVectorType> {
  override value_serializeToBytes(output: ByteViews, offset: number, value: Uint8Array[]): number {
    assertLength(this.typeName, value.length, this.length)
    return super.value_serializeToBytes(output, offset, value)
  }

  protected override getBlocksBytes(value: Uint8Array[]): Uint8Array {
    assertLength(this.typeName, value.length, this.length)
    return super.getBlocksBytes(value)
  }
}

function assertLength(typeName: string, length: number, due: number): void {
  if (length !== due) throw new RangeError(`${typeName} cannot hold ${length} items`)
}
