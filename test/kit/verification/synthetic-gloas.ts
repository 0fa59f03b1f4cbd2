import { aggregateSignatures } from '@chainsafe/blst'
import { BitArray } from '@chainsafe/ssz'
import { type Chain, epochOfSlot, isForkActive, minimalPreset } from '../../../src/chain/index.ts'
import { syncCommitteeSigningRoot } from '../../../src/light-client/verification/index.ts'
import {
  ExecutionPayloadHeaderDeneb,
  executionBlockHashGindexDeneb,
  executionBlockHashGindexGloas,
  executionPayloadGindex,
  gindexDepth,
  headerRoot,
  type LightClientHeader,
  type LightClientObject,
  lightClientGindices,
  lightClientTypes,
  SyncCommittee,
} from '../../../src/ssz/index.ts'
import { sparseState } from './sparse-state.ts'
import { altairChain, type Members, size } from './synthetic.ts'

const committeeType = SyncCommittee(minimalPreset)
const types = lightClientTypes(minimalPreset).gloas
const filler = new Uint8Array(32).fill(9)
/** In the middle of the first sync-committee period. */
export const GLOAS_SLOT = 32

/** A chain of the minimal preset that is in Fulu for four epochs, and in Gloas from then on. */
export function gloasChain(): Chain {
  return altairChain({ bellatrix: 0, capella: 0, deneb: 0, electra: 0, fulu: 0, gloas: GLOAS_SLOT / 8 })
}

/** The hash of the execution block that a header of a slot proves. */
export function blockHashAt(slot: number): Uint8Array {
  return new Uint8Array(32).fill(slot % 251)
}

/** A header in Gloas's containers, whose body proves the block hash where its slot's fork has it. */
export function gloasHeader(chain: Chain, slot: number, stateRoot: Uint8Array = new Uint8Array(32)): LightClientHeader {
  const isGloas = isForkActive(chain, 'gloas', epochOfSlot(chain, slot))
  const gindex = isGloas ? executionBlockHashGindexGloas : executionBlockHashGindexDeneb
  const executionBlockHash = blockHashAt(slot)
  const body = sparseState(
    new Map([
      [gindex, executionBlockHash],
      [gindex ^ 1, filler],
    ]),
  )
  const surplus = gindexDepth(executionBlockHashGindexGloas) - gindexDepth(gindex)
  const beacon = { slot, proposerIndex: 1, parentRoot: new Uint8Array(32), stateRoot, bodyRoot: body.root }
  return { beacon, executionBlockHash, executionBranch: [...zeros(surplus), ...body.branch(gindex)] }
}

/** A bootstrap at a slot of Fulu, in Electra's containers. */
export function electraBootstrap(slot: number, current: SyncCommittee): LightClientObject<'bootstrap'> {
  const { currentSyncCommittee } = lightClientGindices('electra')
  const state = sparseState(new Map([[currentSyncCommittee, committeeType.hashTreeRoot(current)]]))
  const execution = { ...ExecutionPayloadHeaderDeneb.defaultValue(), blockHash: blockHashAt(slot), blockNumber: 7n }
  const body = sparseState(new Map([[executionPayloadGindex, ExecutionPayloadHeaderDeneb.hashTreeRoot(execution)]]))
  const beacon = { slot, proposerIndex: 1, parentRoot: new Uint8Array(32), stateRoot: state.root, bodyRoot: body.root }
  const value = {
    header: { beacon, execution, executionBranch: body.branch(executionPayloadGindex) },
    currentSyncCommittee: current,
    currentSyncCommitteeBranch: state.branch(currentSyncCommittee),
  }
  return { kind: 'bootstrap', fork: 'electra', value }
}

/** A bootstrap at a slot of Gloas. */
export function gloasBootstrap(chain: Chain, slot: number, current: SyncCommittee): LightClientObject<'bootstrap'> {
  const { currentSyncCommittee } = lightClientGindices('gloas')
  const state = sparseState(new Map([[currentSyncCommittee, committeeType.hashTreeRoot(current)]]))
  const value = {
    header: gloasHeader(chain, slot, state.root),
    currentSyncCommittee: current,
    currentSyncCommitteeBranch: state.branch(currentSyncCommittee),
  }
  return { kind: 'bootstrap', fork: 'gloas', value }
}

/** An update of Gloas that is right in every way, signed by the whole committee in the slot after the attested one. */
export function gloasUpdate(
  chain: Chain,
  { secrets }: Members,
  {
    attested,
    finalized,
    next,
  }: { readonly attested: number; readonly finalized: number; readonly next: SyncCommittee },
): LightClientObject<'update'> {
  const { finalizedRoot, nextSyncCommittee } = lightClientGindices('gloas')
  const finalizedHeader = gloasHeader(chain, finalized)
  const state = sparseState(
    new Map([
      [finalizedRoot, headerRoot(finalizedHeader.beacon)],
      [nextSyncCommittee, committeeType.hashTreeRoot(next)],
    ]),
  )
  const attestedHeader = gloasHeader(chain, attested, state.root)
  const signatureSlot = attested + 1
  const signingRoot = syncCommitteeSigningRoot(chain, attestedHeader.beacon, signatureSlot)
  const value = {
    ...types.update.defaultValue(),
    attestedHeader,
    finalizedHeader,
    finalityBranch: state.branch(finalizedRoot),
    nextSyncCommittee: next,
    nextSyncCommitteeBranch: state.branch(nextSyncCommittee),
    syncAggregate: {
      syncCommitteeBits: BitArray.fromBoolArray(Array.from({ length: size }, () => true)),
      syncCommitteeSignature: aggregateSignatures(secrets.map((secret) => secret.sign(signingRoot))).toBytes(),
    },
    signatureSlot,
  }
  return { kind: 'update', fork: 'gloas', value }
}

function zeros(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(32))
}
