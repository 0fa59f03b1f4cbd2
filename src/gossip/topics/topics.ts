/**
 * The topics of a beacon chain that a light client may join. The first two it can verify; the others are delivered with
 * `verified: false` and never forwarded.
 */

export * from './light-client-topics.ts'
export {
  attesterSlashing,
  beaconBlock,
  blsToExecutionChange,
  proposerSlashing,
  syncCommitteeContributionAndProof,
  voluntaryExit,
} from './operation-topics.ts'
