import type { ForkName } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import {
  beaconBlockBodyFields,
  beaconStateFields,
  checkpointFields,
  executionPayloadBidFields,
  signedExecutionPayloadBidFields,
} from './beacon-fields.ts'

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

/** The generalized index of a field in a Container (ssz/merkle-proofs.md). */
export function containerGindex<Field extends string>(fields: readonly Field[], field: NoInfer<Field>): number {
  return 2 ** Math.ceil(Math.log2(fields.length)) + indexOfField(fields, field)
}

/**
 * The generalized index of a field in a ProgressiveContainer whose fields are all active (EIP-7495, EIP-7916): the fields
 * hang to the left of a spine in subtrees of 1, 4, 16, … leaves, and the whole is mixed with the active fields.
 */
export function progressiveContainerGindex<Field extends string>(
  fields: readonly Field[],
  field: NoInfer<Field>,
): number {
  let position = indexOfField(fields, field)
  let spine = 2
  let leaves = 1
  while (position >= leaves) {
    position -= leaves
    spine = spine * 2 + 1
    leaves *= 4
  }
  return spine * 2 * leaves + position
}

/** The generalized index of a path, from those of its steps (`concat_generalized_indices`). */
export function concatGindices(...gindices: readonly number[]): number {
  return gindices.reduce((path, step) => path * 2 ** gindexDepth(step) + gindexSubtreeIndex(step), 1)
}

/**
 * The generalized indices that prove a light-client object's parts, for the fork of the header that they are proven in.
 *
 * @throws LamparaError `fork_unknown` for phase0, which has no light client
 */
export function lightClientGindices(fork: ForkName): LightClientGindices {
  if (fork === 'phase0') throw new LamparaError('fork_unknown', 'Cannot give generalized indices for phase0')
  const gindex = (field: string): number =>
    fork === 'gloas'
      ? progressiveContainerGindex<string>(beaconStateFields.gloas, field)
      : containerGindex<string>(beaconStateFields[fork], field)
  return {
    finalizedRoot: concatGindices(gindex('finalizedCheckpoint'), containerGindex(checkpointFields, 'root')),
    currentSyncCommittee: gindex('currentSyncCommittee'),
    nextSyncCommittee: gindex('nextSyncCommittee'),
  }
}

/** EXECUTION_PAYLOAD_GINDEX: the execution payload in a BeaconBlockBody, Capella to Fulu (capella/light-client/sync-protocol.md). */
export const executionPayloadGindex: number = /* @__PURE__ */ containerGindex(
  beaconBlockBodyFields.capella,
  'executionPayload',
)

/** EXECUTION_BLOCK_HASH_GINDEX_GLOAS: the parent's execution block hash in a Gloas BeaconBlockBody. Experimental. */
export const executionBlockHashGindexGloas: number = /* @__PURE__ */ concatGindices(
  /* @__PURE__ */ progressiveContainerGindex(beaconBlockBodyFields.gloas, 'signedExecutionPayloadBid'),
  /* @__PURE__ */ containerGindex(signedExecutionPayloadBidFields, 'message'),
  /* @__PURE__ */ progressiveContainerGindex(executionPayloadBidFields, 'parentBlockHash'),
)

function indexOfField<Field extends string>(fields: readonly Field[], field: Field): number {
  const index = fields.indexOf(field)
  if (index < 0) throw new LamparaError('internal', `Cannot derive a generalized index: there is no field ${field}`)
  return index
}
