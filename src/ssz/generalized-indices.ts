import type { ForkName } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'

/** Where a BeaconState keeps what a light client proves (altair/light-client/sync-protocol.md, "Constants"). */
export interface LightClientGindices {
  readonly finalizedRoot: number
  readonly currentSyncCommittee: number
  readonly nextSyncCommittee: number
}

/** The depth of a generalized index: how many siblings its branch has (`floorlog2`). */
export function gindexDepth(gindex: number): number {
  return 31 - Math.clz32(gindex)
}

/** The place of a generalized index within its layer (`get_subtree_index`). */
export function gindexSubtreeIndex(gindex: number): number {
  return gindex % 2 ** gindexDepth(gindex)
}

/** FINALIZED_ROOT_GINDEX, CURRENT_SYNC_COMMITTEE_GINDEX, NEXT_SYNC_COMMITTEE_GINDEX. */
const altair: LightClientGindices = { finalizedRoot: 105, currentSyncCommittee: 54, nextSyncCommittee: 55 }
/** The same with `_ELECTRA`: a state of more than 32 fields is one layer deeper. */
const electra: LightClientGindices = { finalizedRoot: 169, currentSyncCommittee: 86, nextSyncCommittee: 87 }
/** With `_GLOAS`: a ProgressiveContainer (EIP-7495). Experimental. */
const gloas: LightClientGindices = { finalizedRoot: 735, currentSyncCommittee: 2945, nextSyncCommittee: 2946 }

const gindicesOf: Readonly<Record<Exclude<ForkName, 'phase0'>, LightClientGindices>> = {
  altair,
  bellatrix: altair,
  capella: altair,
  deneb: altair,
  electra,
  fulu: electra,
  gloas,
}

/**
 * The generalized indices that prove a light-client object's parts, for the fork of the header that they are proven in. As the
 * specification's constants; tests derive them from the containers.
 *
 * @throws LamparaError `fork_unknown` for phase0, which has no light client
 */
export function lightClientGindices(fork: ForkName): LightClientGindices {
  if (fork === 'phase0') throw new LamparaError('fork_unknown', 'Cannot give generalized indices for phase0')
  return gindicesOf[fork]
}

/** EXECUTION_PAYLOAD_GINDEX: the execution payload in a BeaconBlockBody, Capella to Fulu (capella/light-client/sync-protocol.md). */
export const executionPayloadGindex = 25

/** EXECUTION_BLOCK_HASH_GINDEX: the block hash within it, in Capella (gloas/light-client/sync-protocol.md). */
export const executionBlockHashGindex = 412

/** EXECUTION_BLOCK_HASH_GINDEX_DENEB: the same, Deneb to Fulu. */
export const executionBlockHashGindexDeneb = 812

/** EXECUTION_BLOCK_HASH_GINDEX_GLOAS: the parent's execution block hash in a Gloas BeaconBlockBody. Experimental. */
export const executionBlockHashGindexGloas = 2856
