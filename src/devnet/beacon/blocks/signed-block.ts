import { signedBlockType } from '../../../ssz/beacon/operation-types.ts'
import type { BeaconContainer } from '../beacon-types.ts'
import type { DevnetForkName } from '../schedule.ts'
import type { BlockRecord } from './block-record.ts'

/** A SignedBeaconBlock in both formats of the Beacon API. */
export interface SignedBlock {
  readonly fork: DevnetForkName
  toSsz(): Uint8Array
  toJson(): unknown
}

/** Puts a block together again from its header, its body and the proposer's signature. */
export function createSignedBlock(bodyType: BeaconContainer, block: BlockRecord, signature: Uint8Array): SignedBlock {
  const type = signedBlockType(bodyType as never) as unknown as BeaconContainer
  const { slot, proposerIndex, parentRoot, stateRoot } = block.beacon
  const body = bodyType.deserialize(block.body)
  const message = { slot, proposerIndex, parentRoot, stateRoot, body }
  return {
    fork: block.fork,
    toSsz: () => type.serialize({ message, signature }),
    toJson: () => type.toJson({ message, signature }),
  }
}
