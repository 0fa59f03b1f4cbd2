import { type Chain, periodOfSlot } from '../../../chain/index.ts'
import { lightClientForkAtSlot } from '../../../ssz/index.ts'
import type { LightClientObject, SyncAggregate } from '../../../ssz/light-client/light-client-values.ts'
import type { BlockRecord } from '../blocks/block-record.ts'
import { emptyHeader, headerInContainer } from './light-client-header.ts'

/** A parent block with the signature over it that a later block carries. */
export interface SignedParent {
  readonly attested: BlockRecord
  readonly syncAggregate: SyncAggregate
  readonly signatureSlot: number
}

/** create_light_client_bootstrap (altair/light-client/full-node.md), in the container of the header's fork. */
export function createLightClientBootstrap(block: BlockRecord): LightClientObject<'bootstrap'> {
  return {
    kind: 'bootstrap',
    fork: block.header.fork,
    value: {
      header: block.header.header,
      currentSyncCommittee: block.currentSyncCommittee,
      currentSyncCommitteeBranch: [...block.currentSyncCommitteeBranch],
    },
  }
}

/**
 * create_light_client_update (altair/light-client/full-node.md), in the container of the attested header's fork.
 * The next committee is left out when another committee signed than the attested state's own.
 */
export function createLightClientUpdate(chain: Chain, parent: SignedParent): LightClientObject<'update'> {
  const { attested, syncAggregate, signatureSlot } = parent
  const finalized = attested.finalizedHeader
  const fork = lightClientForkAtSlot(chain, attested.slot)
  const samePeriod = periodOfSlot(chain, attested.slot) === periodOfSlot(chain, signatureSlot)
  const isGenesisFinal = attested.finalizedRoot.every((byte) => byte === 0)
  return {
    kind: 'update',
    fork,
    value: {
      attestedHeader: headerInContainer(chain, attested.header, fork),
      nextSyncCommittee: samePeriod ? attested.nextSyncCommittee : emptyCommittee(chain),
      nextSyncCommitteeBranch: samePeriod
        ? [...attested.nextSyncCommitteeBranch]
        : zeroBranch(attested.nextSyncCommitteeBranch.length),
      finalizedHeader: finalized === undefined ? emptyHeader(chain, fork) : headerInContainer(chain, finalized, fork),
      finalityBranch:
        finalized !== undefined || isGenesisFinal
          ? [...attested.finalityBranch]
          : zeroBranch(attested.finalityBranch.length),
      syncAggregate,
      signatureSlot,
    },
  }
}

function emptyCommittee(chain: Chain): { pubkeys: Uint8Array[]; aggregatePubkey: Uint8Array } {
  const pubkeys = Array.from({ length: chain.preset.syncCommitteeSize }, () => new Uint8Array(48))
  return { pubkeys, aggregatePubkey: new Uint8Array(48) }
}

function zeroBranch(depth: number): Uint8Array[] {
  return Array.from({ length: depth }, () => new Uint8Array(32))
}
