import type { Chain } from '../../chain/index.ts'
import { SyncCommittee } from '../../ssz/index.ts'

/** The root of a sync committee. */
export function committeeRoot(chain: Chain, committee: SyncCommittee): Uint8Array {
  return SyncCommittee(chain.preset).hashTreeRoot(committee)
}
