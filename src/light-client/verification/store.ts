import { type Chain, equalBytes, fromHex, type Hex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import {
  headerRoot,
  type LightClientHeader,
  type LightClientObject,
  type LightClientUpdate,
  type SyncCommittee,
} from '../../ssz/index.ts'
import { committeeRoot } from './committee-root.ts'
import type { CommitteeVerifier } from './committee-verifier.ts'
import { assertValidLightClientHeader, gindicesAt } from './header.ts'
import { isValidNormalizedMerkleBranch } from './merkle-branch.ts'

/**
 * LightClientStore (altair/light-client/sync-protocol.md): what is verified so far. A value: each step makes a new one.
 *
 * Headers and the best update stay in the containers that they came in, so it needs no upgrade at a fork.
 */
export interface LightClientStore {
  readonly finalizedHeader: LightClientHeader
  readonly currentSyncCommittee: SyncCommittee
  /** Absent until an update proves it. */
  readonly nextSyncCommittee?: SyncCommittee | undefined
  /** The best valid update that has not been applied, for a forced update. */
  readonly bestValidUpdate?: LightClientUpdate | undefined
  readonly optimisticHeader: LightClientHeader
  readonly previousMaxActiveParticipants: number
  readonly currentMaxActiveParticipants: number
}

/** What verification needs beside a store. */
export interface VerificationContext {
  readonly chain: Chain
  readonly committees: CommitteeVerifier
}

/**
 * initialize_light_client_store: begins from a trusted block root.
 *
 * @param trustedRoot - the beacon block root that is trusted, 32 bytes
 * @throws LamparaError `bootstrap_root_mismatch`, `header_invalid`, `execution_branch_invalid`,
 *   `current_sync_committee_branch_invalid`
 */
export async function initializeLightClientStore(
  context: VerificationContext,
  trustedRoot: Hex,
  bootstrap: LightClientObject<'bootstrap'>,
): Promise<LightClientStore> {
  const { chain } = context
  const { header, currentSyncCommittee, currentSyncCommitteeBranch } = bootstrap.value
  const root = headerRoot(header.beacon)
  if (!equalBytes(root, fromHex(trustedRoot, 32))) {
    throw new LamparaError(
      'bootstrap_root_mismatch',
      `Cannot start from the bootstrap: its root is ${toHex(root)}, not ${trustedRoot}`,
    )
  }
  assertValidLightClientHeader(chain, header, 'bootstrap')
  const provesCommittee = isValidNormalizedMerkleBranch(
    committeeRoot(chain, currentSyncCommittee),
    currentSyncCommitteeBranch,
    gindicesAt(chain, header).currentSyncCommittee,
    header.beacon.stateRoot,
  )
  if (!provesCommittee) {
    throw new LamparaError(
      'current_sync_committee_branch_invalid',
      'Cannot start from the bootstrap: its branch does not prove the sync committee',
    )
  }
  return storeAt(header, currentSyncCommittee)
}

/** The store of whom nothing else is known than a finalized header, and the sync committee of its period. */
export function storeAt(finalizedHeader: LightClientHeader, currentSyncCommittee: SyncCommittee): LightClientStore {
  return {
    finalizedHeader,
    currentSyncCommittee,
    optimisticHeader: finalizedHeader,
    previousMaxActiveParticipants: 0,
    currentMaxActiveParticipants: 0,
  }
}

/** get_safety_threshold: an optimistic header needs more signers than half the most seen of late. */
export function getSafetyThreshold(store: LightClientStore): number {
  return Math.floor(Math.max(store.previousMaxActiveParticipants, store.currentMaxActiveParticipants) / 2)
}

/**
 * Compares the sum of each committee's keys with its `aggregatePubkey`, which signatures are checked by: to be done
 * before a store is persisted, or what it verified is served.
 *
 * @throws LamparaError `sync_committee_aggregate_mismatch`
 */
export async function checkStoreCommittees(context: VerificationContext, store: LightClientStore): Promise<void> {
  await assertAggregateKey(context, store.currentSyncCommittee, 'current')
  if (store.nextSyncCommittee !== undefined) await assertAggregateKey(context, store.nextSyncCommittee, 'next')
}

/** @throws LamparaError `sync_committee_aggregate_mismatch` */
export async function assertAggregateKey(
  context: VerificationContext,
  committee: SyncCommittee,
  which: string,
): Promise<void> {
  if (await context.committees.verifyAggregateKey(committee)) return
  throw new LamparaError(
    'sync_committee_aggregate_mismatch',
    `Invalid ${which} sync committee: its aggregate key is not the sum of its keys`,
  )
}
