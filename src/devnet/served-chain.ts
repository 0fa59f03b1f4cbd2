import type { Chain, Hex } from '../chain/index.ts'
import type { LightClientDataSource } from '../light-client/serving/serve.ts'
import type { LocalStatus } from '../network/types.ts'
import type { BeaconBlockHeader, LightClientObject } from '../ssz/index.ts'
import type { SignedBlock } from './beacon/blocks/signed-block.ts'

/** A block's header as the REST side tells it. */
export interface ServedHeader {
  readonly root: Hex
  readonly beacon: BeaconBlockHeader
  /** The proposer's, 96 bytes; zeros where it was not recorded. */
  signature(): Uint8Array
  /** The whole block; left out where only its header was recorded. */
  signedBlock?(): SignedBlock
  readonly finalized: boolean
}

/** Light-client data available, without waiting. */
export interface LightClientData extends LightClientDataSource {
  bootstrap(root: Hex): LightClientObject<'bootstrap'> | undefined
  update(period: number): LightClientObject<'update'> | undefined
  finalityUpdate(): LightClientObject<'finality_update'> | undefined
  optimisticUpdate(): LightClientObject<'optimistic_update'> | undefined
}

/** A chain as a beacon node shows it to others, be it made here or recorded. */
export interface ServedChain {
  readonly chain: Chain
  readonly data: LightClientData
  /** A block root to start from, with a bootstrap. */
  checkpoint(): Hex
  head(): ServedHeader
  finalized(): ServedHeader
  genesis(): ServedHeader | undefined
  /** A block by root, among those known. */
  block(root: Hex): ServedHeader | undefined
  /** A block by slot, among those known. */
  blockAtSlot(slot: number): ServedHeader | undefined
  status(): LocalStatus
}
