import { type Chain, epochOfSlot, type ForkName, forkAtSlot, isForkActive } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import {
  type ExecutionPayloadHeader,
  ExecutionPayloadHeaderCapella,
  ExecutionPayloadHeaderDeneb,
  executionBlockHashGindex,
  executionBlockHashGindexDeneb,
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  type LightClientGindices,
  type LightClientHeader,
  lightClientGindices,
} from '../../ssz/index.ts'
import { isValidNormalizedMerkleBranch, isZero, isZeroBranch } from './merkle-branch.ts'

const zeros = new Uint8Array(32)

/** Which header of an object is meant, for messages. */
export type HeaderRole = 'bootstrap' | 'attested' | 'finalized'

/**
 * is_valid_light_client_header (capella, deneb and gloas/light-client/sync-protocol.md): the header proves just the execution
 * payload that its slot's fork has, or in Gloas's containers its block hash. Containers of any fork are taken; what they lack
 * counts as empty.
 *
 * @throws LamparaError `header_invalid` for execution data before its fork, `execution_branch_invalid` where the branch
 *   does not prove it
 */
export function assertValidLightClientHeader(chain: Chain, header: LightClientHeader, role: HeaderRole): void {
  const epoch = epochOfSlot(chain, header.beacon.slot)
  const { execution, executionBranch = [] } = header
  if (!isForkActive(chain, 'capella', epoch)) {
    if (provesNoExecution(header)) return
    throw new LamparaError('header_invalid', `Invalid ${role} header: it has execution data before Capella`)
  }
  const hasBlobGas = (execution?.blobGasUsed ?? 0n) !== 0n || (execution?.excessBlobGas ?? 0n) !== 0n
  if (hasBlobGas && !isForkActive(chain, 'deneb', epoch)) {
    throw new LamparaError('header_invalid', `Invalid ${role} header: it has blob gas before Deneb`)
  }
  const [leaf, gindex] = executionLeaf(chain, header)
  if (!isValidNormalizedMerkleBranch(leaf, executionBranch, gindex, header.beacon.bodyRoot)) {
    throw new LamparaError(
      'execution_branch_invalid',
      `Invalid ${role} header: its branch does not prove the execution`,
    )
  }
}

/** get_lc_execution_root (capella and deneb/light-client/sync-protocol.md), of a header in containers before Gloas's: zeros before Capella. */
export function executionRoot(chain: Chain, { beacon, execution }: LightClientHeader): Uint8Array {
  const epoch = epochOfSlot(chain, beacon.slot)
  if (isForkActive(chain, 'deneb', epoch)) return ExecutionPayloadHeaderDeneb.hashTreeRoot(denebExecution(execution))
  if (!isForkActive(chain, 'capella', epoch)) return zeros
  return ExecutionPayloadHeaderCapella.hashTreeRoot(execution ?? ExecutionPayloadHeaderCapella.defaultValue())
}

/** What the branch of a header since Capella proves, and where in the block's body that is. */
function executionLeaf(chain: Chain, header: LightClientHeader): readonly [leaf: Uint8Array, gindex: number] {
  const { beacon, executionBlockHash } = header
  const isActive = (fork: ForkName): boolean => isForkActive(chain, fork, epochOfSlot(chain, beacon.slot))
  if (isActive('gloas')) return [executionBlockHash ?? zeros, executionBlockHashGindexGloas]
  if (executionBlockHash === undefined) return [executionRoot(chain, header), executionPayloadGindex]
  return [executionBlockHash, isActive('deneb') ? executionBlockHashGindexDeneb : executionBlockHashGindex]
}

function provesNoExecution({
  execution,
  executionBlockHash = zeros,
  executionBranch = [],
}: LightClientHeader): boolean {
  return isEmptyExecution(execution) && isZeroBranch([executionBlockHash, ...executionBranch])
}

/** True for LightClientHeader(), which stands for no header at all. */
export function isEmptyHeader(header: LightClientHeader): boolean {
  const { slot, proposerIndex, ...roots } = header.beacon
  return slot === 0 && proposerIndex === 0 && Object.values(roots).every(isZero) && provesNoExecution(header)
}

/**
 * The generalized indices at a header's slot (`…_gindex_at_slot`).
 *
 * @throws LamparaError `header_invalid` before Altair, whose states have no sync committees
 */
export function gindicesAt(chain: Chain, header: LightClientHeader): LightClientGindices {
  const { name } = forkAtSlot(chain, header.beacon.slot)
  if (name === 'phase0') {
    throw new LamparaError('header_invalid', `Invalid header: slot ${header.beacon.slot} is before Altair`)
  }
  return lightClientGindices(name)
}

/** A container of Capella's lacks the blob gas. */
function denebExecution(execution: ExecutionPayloadHeader | undefined) {
  if (execution === undefined) return ExecutionPayloadHeaderDeneb.defaultValue()
  const { blobGasUsed, excessBlobGas } = execution
  if (blobGasUsed !== undefined && excessBlobGas !== undefined) return execution as Required<ExecutionPayloadHeader>
  return { ...execution, blobGasUsed: blobGasUsed ?? 0n, excessBlobGas: excessBlobGas ?? 0n }
}

function isEmptyExecution(execution: ExecutionPayloadHeader | undefined): boolean {
  if (execution === undefined) return true
  if (execution.extraData.length > 0) return false
  return Object.values(execution).every((value) => (typeof value === 'bigint' ? value === 0n : isZero(value)))
}
