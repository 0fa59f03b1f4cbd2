import { BitArray } from '@chainsafe/ssz'
import type { Chain } from '../../../chain/index.ts'
import type { SyncAggregate } from '../../../ssz/light-client/light-client-values.ts'
import { type Committee, presentSeats } from '../state/committees.ts'
import { DOMAIN_SYNC_COMMITTEE, signingRoot } from '../state/domains.ts'
import type { Seed } from '../state/seed.ts'
import { addSecretKeys, type Signer } from '../state/signer.ts'

/** What a block's sync aggregate is made of. */
export interface SyncAggregateOptions {
  readonly chain: Chain
  readonly seed: Seed
  readonly signer: Signer
  /** The committee of the block's slot. */
  readonly committee: Committee
  readonly slot: number
  /** The root of the newest block before the slot. */
  readonly previousBlockRoot: Uint8Array
  /** The share of the committee that signs, 0 to 1. */
  readonly participation: number
}

/**
 * The aggregate that process_sync_aggregate (altair/beacon-chain.md) accepts in a block: it signs the block root of the
 * slot before, in that slot's fork. One signature with the sum of the keys is the sum of all signatures.
 */
export function createSyncAggregate(options: SyncAggregateOptions): SyncAggregate {
  const { chain, seed, signer, committee, slot } = options
  const present = presentSeats(seed, committee, slot, options.participation)
  const secretKey = addSecretKeys(committee.seats.filter((_, seat) => present[seat]).map((seat) => seat.secretKey))
  const message = signingRoot(chain, options.previousBlockRoot, DOMAIN_SYNC_COMMITTEE, Math.max(slot, 1) - 1)
  return {
    syncCommitteeBits: BitArray.fromBoolArray(present),
    syncCommitteeSignature: signer.sign(message, secretKey),
  }
}
