import { Tree } from '@chainsafe/persistent-merkle-tree'
import { type Chain, epochOfSlot, isForkActive } from '../../chain/index.ts'
import {
  type ExecutionPayloadHeader,
  ExecutionPayloadHeaderCapella,
  ExecutionPayloadHeaderDeneb,
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  gindexDepth,
  type LightClientFork,
  type LightClientHeader,
  type LightClientKind,
  type LightClientObject,
  lightClientForks,
  lightClientGindices,
} from '../../ssz/index.ts'
import { isZeroBranch } from './merkle-branch.ts'

/**
 * Puts an object into a later fork's container (`upgrade_lc_…_to_…` in capella, deneb, electra and gloas/light-client/fork.md):
 * execution data that it lacks is empty, of what Gloas leaves of it the branch begins at the block hash, and branches gain zeros in
 * front where the state tree grew deeper.
 *
 * Verification takes objects as they came; this is for comparing and storing them in one shape.
 *
 * @returns the same object when it is in that container, or a later one, already
 */
export function upgradeLightClientObject<K extends LightClientKind>(
  chain: Chain,
  object: LightClientObject<K>,
  fork: LightClientFork,
): LightClientObject<K> {
  if (lightClientForks.indexOf(fork) <= lightClientForks.indexOf(object.fork)) return object
  return {
    kind: object.kind,
    fork,
    value: upgradeValue(chain, object as LightClientObject, fork),
  } as LightClientObject<K>
}

function upgradeValue(chain: Chain, object: LightClientObject, fork: LightClientFork): LightClientObject['value'] {
  const gindices = lightClientGindices(fork)
  const header = (pre: LightClientHeader): LightClientHeader =>
    fork === 'gloas' ? upgradeHeaderToGloas(chain, pre) : upgradeHeader(pre, fork)
  switch (object.kind) {
    case 'bootstrap':
      return {
        ...object.value,
        header: header(object.value.header),
        currentSyncCommitteeBranch: normalizeMerkleBranch(
          object.value.currentSyncCommitteeBranch,
          gindices.currentSyncCommittee,
        ),
      }
    case 'update':
      return {
        ...object.value,
        attestedHeader: header(object.value.attestedHeader),
        nextSyncCommitteeBranch: normalizeMerkleBranch(
          object.value.nextSyncCommitteeBranch,
          gindices.nextSyncCommittee,
        ),
        finalizedHeader: header(object.value.finalizedHeader),
        finalityBranch: normalizeMerkleBranch(object.value.finalityBranch, gindices.finalizedRoot),
      }
    case 'finality_update':
      return {
        ...object.value,
        attestedHeader: header(object.value.attestedHeader),
        finalizedHeader: header(object.value.finalizedHeader),
        finalityBranch: normalizeMerkleBranch(object.value.finalityBranch, gindices.finalizedRoot),
      }
    case 'optimistic_update':
      return { ...object.value, attestedHeader: header(object.value.attestedHeader) }
  }
}

function upgradeHeader(pre: LightClientHeader, fork: LightClientFork): LightClientHeader {
  const execution = pre.execution ?? ExecutionPayloadHeaderCapella.defaultValue()
  const blobGas = fork === 'capella' ? {} : { blobGasUsed: 0n, excessBlobGas: 0n }
  return {
    beacon: pre.beacon,
    execution: { ...blobGas, ...execution },
    executionBranch: pre.executionBranch ?? zeros(gindexDepth(executionPayloadGindex)),
  }
}

/** upgrade_lc_header_to_gloas: the branch to the execution payload is continued to its block hash. */
function upgradeHeaderToGloas(
  chain: Chain,
  { beacon, execution, executionBranch = [] }: LightClientHeader,
): LightClientHeader {
  const epoch = epochOfSlot(chain, beacon.slot)
  const proven = isForkActive(chain, 'capella', epoch) && !isZeroBranch(executionBranch) ? execution : undefined
  const inBody =
    proven === undefined ? [] : [...blockHashBranch(proven, isForkActive(chain, 'deneb', epoch)), ...executionBranch]
  return {
    beacon,
    executionBlockHash: proven?.blockHash ?? new Uint8Array(32),
    executionBranch: normalizeMerkleBranch(inBody, executionBlockHashGindexGloas),
  }
}

/** compute_merkle_proof of the block hash in an execution payload header, Deneb's or Capella's. */
function blockHashBranch(execution: ExecutionPayloadHeader, isDeneb: boolean): Uint8Array[] {
  const type = isDeneb ? ExecutionPayloadHeaderDeneb : ExecutionPayloadHeaderCapella
  const { gindex } = type.getPathInfo(['blockHash'])
  return new Tree(type.toView(execution as Required<ExecutionPayloadHeader>).node).getSingleProof(gindex)
}

/** normalize_merkle_branch (electra/light-client/fork.md). */
function normalizeMerkleBranch(branch: readonly Uint8Array[], gindex: number): Uint8Array[] {
  return [...zeros(gindexDepth(gindex) - branch.length), ...branch]
}

function zeros(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(32))
}
