import {
  ExecutionPayloadHeaderCapella,
  executionPayloadGindex,
  gindexDepth,
  type LightClientFork,
  type LightClientHeader,
  type LightClientKind,
  type LightClientObject,
  lightClientForks,
  lightClientGindices,
} from '../../ssz/index.ts'

/**
 * Puts an object into a later fork's container (`upgrade_lc_…_to_…` in capella, deneb and electra/light-client/fork.md):
 * execution data that it lacks is empty, and branches gain zeros in front where the state tree grew deeper.
 *
 * Verification takes objects as they came; this is for comparing and storing them in one shape.
 *
 * @returns the same object when it is in that container, or a later one, already
 */
export function upgradeLightClientObject<K extends LightClientKind>(
  object: LightClientObject<K>,
  fork: LightClientFork,
): LightClientObject<K> {
  if (lightClientForks.indexOf(fork) <= lightClientForks.indexOf(object.fork)) return object
  return { kind: object.kind, fork, value: upgradeValue(object as LightClientObject, fork) } as LightClientObject<K>
}

function upgradeValue(object: LightClientObject, fork: LightClientFork): LightClientObject['value'] {
  const gindices = lightClientGindices(fork)
  const header = (pre: LightClientHeader): LightClientHeader => upgradeHeader(pre, fork)
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

/** normalize_merkle_branch (electra/light-client/fork.md). */
function normalizeMerkleBranch(branch: readonly Uint8Array[], gindex: number): Uint8Array[] {
  return [...zeros(gindexDepth(gindex) - branch.length), ...branch]
}

function zeros(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(32))
}
