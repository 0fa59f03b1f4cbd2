import { type Type, UintBigintType, UintNumberType } from '@chainsafe/ssz'

type ByteViews = Parameters<Type<unknown>['value_deserializeFromBytes']>[0]

/**
 * `uint64` as a number, for slots, epochs and indices.
 *
 * The library's own type rounds silently beyond 2^53 − 1 and takes fractions and negative numbers; this one throws.
 */
export class SafeUint64Type extends UintNumberType {
  constructor() {
    super(8)
  }

  override value_serializeToBytes(output: ByteViews, offset: number, value: number): number {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no uint64`)
    return super.value_serializeToBytes(output, offset, value)
  }

  override value_deserializeFromBytes(data: ByteViews, start: number, end: number): number {
    const value = super.value_deserializeFromBytes(data, start, end)
    if (!Number.isSafeInteger(value)) throw new RangeError('uint64 beyond 2^53 − 1')
    return value
  }
}

/** `uint64` as a bigint that refuses what does not fit, where the library's own would wrap. */
export class SafeUintBigintType extends UintBigintType {
  constructor(byteLength: 8 | 32) {
    super(byteLength)
  }

  override value_serializeToBytes(output: ByteViews, offset: number, value: bigint): number {
    if (value < 0n || value >> BigInt(this.byteLength * 8) !== 0n)
      throw new RangeError(`${value} is no ${this.typeName}`)
    return super.value_serializeToBytes(output, offset, value)
  }
}
