import type { Type } from '@chainsafe/ssz'
import type { Preset } from '../chain/index.ts'
import { container } from './basic/container.ts'
import { ExactBitVectorType, ExactVectorType } from './basic/exact-vectors.ts'
import { bytes4, bytes32, bytes48, bytes96, uint64, uint64Bigint } from './basic/primitives.ts'
import type * as values from './light-client/light-client-values.ts'

/** An SSZ type whose values are `V`: `serialize`, `deserialize`, `hashTreeRoot`, `defaultValue`, `minSize`, `maxSize`. */
export type SszType<V> = Type<V>

/** ForkData (phase0/beacon-chain.md). */
export const ForkData = container('ForkData', { currentVersion: bytes4, genesisValidatorsRoot: bytes32 })

/** SigningData (phase0/beacon-chain.md). */
export const SigningData = container('SigningData', { objectRoot: bytes32, domain: bytes32 })

/** BeaconBlockHeader (phase0/beacon-chain.md), slots and indices as numbers. */
export const BeaconBlockHeader = headerType(uint64)
export type BeaconBlockHeader = values.BeaconBlockHeader

/** BeaconBlockHeader with bigint slots and indices: for values that no chain reaches, as the official random vectors have. */
export const BeaconBlockHeaderBigint = /* @__PURE__ */ headerType(uint64Bigint)

function headerType<Uint64 extends Type<number> | Type<bigint>>(uint: Uint64) {
  return container('BeaconBlockHeader', {
    slot: uint,
    proposerIndex: uint,
    parentRoot: bytes32,
    stateRoot: bytes32,
    bodyRoot: bytes32,
  })
}

/** The root of a block, which is that of its header. */
export function headerRoot(header: values.BeaconBlockHeader): Uint8Array {
  return BeaconBlockHeader.hashTreeRoot(header)
}

/** SyncCommittee (altair/beacon-chain.md), sized by the preset; the same type for the same size. */
export function SyncCommittee(preset: Preset): SszType<values.SyncCommittee> {
  return committeeTypes(preset.syncCommitteeSize).committee
}
export type SyncCommittee = values.SyncCommittee

/** SyncAggregate (altair/beacon-chain.md), sized by the preset; the same type for the same size. */
export function SyncAggregate(preset: Preset): SszType<values.SyncAggregate> {
  return committeeTypes(preset.syncCommitteeSize).aggregate
}
export type SyncAggregate = values.SyncAggregate

/** Types by committee size: building one compiles accessors, and identity lets callers memoise by type. */
const committeeTypesBySize = new Map<number, ReturnType<typeof buildCommitteeTypes>>()

/** SyncCommittee and SyncAggregate for a committee of `size`, with their full container types. */
export function committeeTypes(size: number): ReturnType<typeof buildCommitteeTypes> {
  const known = committeeTypesBySize.get(size)
  if (known !== undefined) return known
  const built = buildCommitteeTypes(size)
  committeeTypesBySize.set(size, built)
  return built
}

function buildCommitteeTypes(size: number) {
  return {
    committee: container('SyncCommittee', { pubkeys: new ExactVectorType(bytes48, size), aggregatePubkey: bytes48 }),
    aggregate: container('SyncAggregate', {
      syncCommitteeBits: new ExactBitVectorType(size),
      syncCommitteeSignature: bytes96,
    }),
  }
}
