import type { Type } from '@chainsafe/ssz'
import type { ForkName, Preset } from '../../chain/index.ts'
import { container } from '../basic/container.ts'
import { ExactVectorType } from '../basic/exact-vectors.ts'
import { bytes32, uint64, uint64Bigint } from '../basic/primitives.ts'
import {
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  gindexDepth,
  lightClientGindices,
} from '../generalized-indices.ts'
import { BeaconBlockHeader, BeaconBlockHeaderBigint, committeeTypes, type SszType } from '../types.ts'
import { ExecutionPayloadHeaderCapella, ExecutionPayloadHeaderDeneb } from './execution-header.ts'
import {
  type LightClientFork,
  type LightClientHeader,
  type LightClientValues,
  lightClientForks,
} from './light-client-values.ts'

/** The light-client containers of one fork (`<fork>/light-client/sync-protocol.md`, "Containers"). */
export type LightClientTypes = { readonly header: SszType<LightClientHeader> } & {
  readonly [Kind in keyof LightClientValues]: SszType<LightClientValues[Kind]>
}

/** The light-client containers of one fork, with bigint slots and indices. */
export type LightClientBigintTypes = {
  readonly [Name in 'header' | keyof LightClientValues]: SszType<unknown>
}

const typesBySize = new Map<number, Readonly<Record<LightClientFork, LightClientTypes>>>()
const bigintTypesBySize = new Map<number, Readonly<Record<LightClientFork, LightClientBigintTypes>>>()

/**
 * Every fork's light-client containers for a preset. Made once for each committee size.
 *
 * Slots and indices decode to numbers, and throw beyond 2^53 − 1.
 */
export function lightClientTypes(preset: Preset): Readonly<Record<LightClientFork, LightClientTypes>> {
  const size = preset.syncCommitteeSize
  const types = typesBySize.get(size) ?? byFork((fork) => buildTypes(size, fork, BeaconBlockHeader, uint64))
  typesBySize.set(size, types)
  return types
}

/** As `lightClientTypes()`, but with slots and indices as bigints: for vectors of random bytes. */
export function lightClientBigintTypes(preset: Preset): Readonly<Record<LightClientFork, LightClientBigintTypes>> {
  const size = preset.syncCommitteeSize
  const types =
    bigintTypesBySize.get(size) ?? byFork((fork) => buildTypes(size, fork, BeaconBlockHeaderBigint, uint64Bigint))
  bigintTypesBySize.set(size, types)
  return types
}

function byFork<T>(build: (fork: LightClientFork) => T): Record<LightClientFork, T> {
  return Object.fromEntries(lightClientForks.map((fork) => [fork, build(fork)])) as Record<LightClientFork, T>
}

function buildTypes<Header extends Type<unknown>, Uint64 extends Type<unknown>>(
  committeeSize: number,
  fork: LightClientFork,
  beacon: Header,
  signatureSlot: Uint64,
) {
  const { committee, aggregate } = committeeTypes(committeeSize)
  const branches = branchTypes(fork)
  const header = headerType(fork, beacon)
  const sync = { syncAggregate: aggregate, signatureSlot }
  return {
    header,
    bootstrap: container('LightClientBootstrap', {
      header,
      currentSyncCommittee: committee,
      currentSyncCommitteeBranch: branches.currentSyncCommittee,
    }),
    update: container('LightClientUpdate', {
      attestedHeader: header,
      nextSyncCommittee: committee,
      nextSyncCommitteeBranch: branches.nextSyncCommittee,
      finalizedHeader: header,
      finalityBranch: branches.finality,
      ...sync,
    }),
    finality_update: container('LightClientFinalityUpdate', {
      attestedHeader: header,
      finalizedHeader: header,
      finalityBranch: branches.finality,
      ...sync,
    }),
    optimistic_update: container('LightClientOptimisticUpdate', { attestedHeader: header, ...sync }),
  }
}

function headerType<Header extends Type<unknown>>(fork: LightClientFork, beacon: Header) {
  if (fork === 'altair') return container('LightClientHeader', { beacon })
  if (fork === 'gloas') {
    const executionBranch = branchType(executionBlockHashGindexGloas)
    return container('LightClientHeader', { beacon, executionBlockHash: bytes32, executionBranch })
  }
  const execution = fork === 'capella' ? ExecutionPayloadHeaderCapella : ExecutionPayloadHeaderDeneb
  return container('LightClientHeader', {
    beacon,
    execution,
    executionBranch: branchType(executionPayloadGindex),
  })
}

function branchTypes(fork: ForkName) {
  const gindices = lightClientGindices(fork)
  return {
    currentSyncCommittee: branchType(gindices.currentSyncCommittee),
    nextSyncCommittee: branchType(gindices.nextSyncCommittee),
    finality: branchType(gindices.finalizedRoot),
  }
}

function branchType(gindex: number) {
  return new ExactVectorType(bytes32, gindexDepth(gindex))
}
