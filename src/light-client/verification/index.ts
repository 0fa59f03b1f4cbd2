export { applyLightClientUpdate } from './apply-update.ts'
export { isBetterUpdate } from './better-update.ts'
export { type CommitteeVerifier, createCommitteeVerifier } from './committee-verifier.ts'
export { processLightClientStoreForceUpdate } from './force-update.ts'
export { assertValidLightClientHeader, executionRoot } from './header.ts'
export { isValidNormalizedMerkleBranch } from './merkle-branch.ts'
export { processLightClientUpdate } from './process-update.ts'
export { syncCommitteeSigningRoot } from './signing-root.ts'
export {
  checkStoreCommittees,
  getSafetyThreshold,
  initializeLightClientStore,
  type LightClientStore,
  type VerificationContext,
} from './store.ts'
export { isFinalityUpdate, isSyncCommitteeUpdate, type UpdateObject } from './update.ts'
export { upgradeLightClientObject } from './upgrade.ts'
export { type ValidationOptions, validateLightClientUpdate } from './validate-update.ts'
export { type Verdict, verdictOf } from './verdict.ts'
