export { isBetterUpdate } from './better-update.ts'
export { type CommitteeVerifier, createCommitteeVerifier } from './committee-verifier.ts'
export { processLightClientStoreForceUpdate } from './force-update.ts'
export { executionRoot } from './header.ts'
export { processLightClientUpdate } from './process-update.ts'
export { syncCommitteeSigningRoot } from './signing-root.ts'
export {
  checkStoreCommittees,
  initializeLightClientStore,
  type LightClientStore,
  type VerificationContext,
} from './store.ts'
export {
  hasSupermajority,
  isFinalityUpdate,
  isSyncCommitteeUpdate,
  toLightClientUpdate,
  type UpdateObject,
} from './update.ts'
export { upgradeLightClientObject } from './upgrade.ts'
export { type ValidationOptions, validateLightClientUpdate } from './validate-update.ts'
export { verdictOf } from './verdict.ts'
