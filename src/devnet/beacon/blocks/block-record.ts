import { type Chain, type Hex, toHex } from '../../../chain/index.ts'
import { headerRoot, lightClientForkOf, lightClientGindices } from '../../../ssz/index.ts'
import type { BeaconBlockHeader, SyncCommittee } from '../../../ssz/light-client/light-client-values.ts'
import { merkleBranch } from '../light-client/branch.ts'
import { emptyHeader, type ForkedHeader } from '../light-client/light-client-header.ts'
import type { DevnetForkName } from '../schedule.ts'
import type { StateMachine } from '../state/state-machine.ts'
import type { BlockBody } from './block-body.ts'

/**
 * What is kept of a block and its post-state: all that light-client data is made of, so that the state itself can go.
 */
export interface BlockRecord {
  readonly root: Hex
  readonly slot: number
  readonly fork: DevnetForkName
  readonly beacon: BeaconBlockHeader
  readonly header: ForkedHeader
  /** BeaconBlockBody, SSZ. */
  readonly body: Uint8Array
  readonly currentSyncCommittee: SyncCommittee
  readonly currentSyncCommitteeBranch: readonly Uint8Array[]
  readonly nextSyncCommittee: SyncCommittee
  readonly nextSyncCommitteeBranch: readonly Uint8Array[]
  /** The post-state's finalized checkpoint: epoch 0 and a root of zero until something is final. */
  readonly finalizedEpoch: number
  readonly finalizedRoot: Uint8Array
  /** The header that `finalizedRoot` names; undefined when that is zero, or its block forgotten. */
  readonly finalizedHeader: ForkedHeader | undefined
  readonly finalityBranch: readonly Uint8Array[]
}

/**
 * Takes down a block right after it was processed.
 *
 * @param beacon - the block's header with its state root
 * @param finalized - the block of the finalized checkpoint, where it is known
 */
export function recordBlock(
  chain: Chain,
  machine: StateMachine,
  beacon: BeaconBlockHeader,
  body: BlockBody,
  finalized: BlockRecord | undefined,
): BlockRecord {
  const { fork, state, finality } = machine
  const tree = state.node
  const gindices = lightClientGindices(fork)
  const isNamed = finalized !== undefined && finalized.root === toHex(finality.finalized.root)
  return {
    root: toHex(headerRoot(beacon)),
    slot: beacon.slot,
    fork,
    beacon,
    header: lightClientHeader(chain, fork, beacon, body),
    body: body.bytes,
    currentSyncCommittee: machine.committee.value,
    currentSyncCommitteeBranch: merkleBranch(tree, gindices.currentSyncCommittee),
    nextSyncCommittee: machine.nextCommittee.value,
    nextSyncCommitteeBranch: merkleBranch(tree, gindices.nextSyncCommittee),
    finalizedEpoch: finality.finalized.epoch,
    finalizedRoot: finality.finalized.root,
    finalizedHeader: isNamed ? finalized.header : undefined,
    finalityBranch: merkleBranch(tree, gindices.finalizedRoot),
  }
}

/** block_to_light_client_header for a block in its own fork's container (altair and capella/light-client/full-node.md). */
function lightClientHeader(
  chain: Chain,
  fork: DevnetForkName,
  beacon: BeaconBlockHeader,
  { executionHeader, executionBranch }: BlockBody,
): ForkedHeader {
  const container = lightClientForkOf(fork)
  if (executionHeader === undefined || executionBranch === undefined) {
    return { fork: container, header: { ...emptyHeader(chain, container), beacon } }
  }
  return { fork: container, header: { beacon, execution: executionHeader, executionBranch } }
}
