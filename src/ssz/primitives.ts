import { ByteVectorType } from '@chainsafe/ssz'
import { SafeUint64Type, SafeUintBigintType } from './uint64.ts'

export const bytes4: ByteVectorType = new ByteVectorType(4)
export const bytes20: ByteVectorType = new ByteVectorType(20)
export const bytes32: ByteVectorType = new ByteVectorType(32)
export const bytes48: ByteVectorType = new ByteVectorType(48)
export const bytes96: ByteVectorType = new ByteVectorType(96)
export const bytes256: ByteVectorType = new ByteVectorType(256)
/** `uint64` as a number; throws beyond 2^53 − 1. */
export const uint64: SafeUint64Type = new SafeUint64Type()
/** `uint64` as a bigint. */
export const uint64Bigint: SafeUintBigintType = new SafeUintBigintType(8)
/** `uint256` as a bigint. */
export const uint256: SafeUintBigintType = new SafeUintBigintType(32)
