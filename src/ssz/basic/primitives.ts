import { ExactByteVectorType } from './exact-vectors.ts'
import { SafeUint64Type, SafeUintBigintType } from './uint64.ts'

export const bytes4: ExactByteVectorType = new ExactByteVectorType(4)
export const bytes20: ExactByteVectorType = new ExactByteVectorType(20)
export const bytes32: ExactByteVectorType = new ExactByteVectorType(32)
export const bytes48: ExactByteVectorType = new ExactByteVectorType(48)
export const bytes96: ExactByteVectorType = new ExactByteVectorType(96)
export const bytes256: ExactByteVectorType = new ExactByteVectorType(256)
/** `uint64` as a number; throws beyond 2^53 − 1. */
export const uint64: SafeUint64Type = new SafeUint64Type()
/** `uint64` as a bigint. */
export const uint64Bigint: SafeUintBigintType = new SafeUintBigintType(8)
/** `uint256` as a bigint. */
export const uint256: SafeUintBigintType = new SafeUintBigintType(32)
