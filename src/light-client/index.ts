export type { Agreement } from './agreement.ts'
export { createLightClient } from './create-light-client.ts'
export { type LightClientDataSource, serveLightClientData } from './serving/serve.ts'
export { serveVerified } from './serving/serve-verified.ts'
export { createSharedLightClient, type SharedLightClientOptions } from './tabs/create-shared-light-client.ts'
export type { SharedLightClient, TabRole } from './tabs/types.ts'
export type {
  Checkpoint,
  ConflictingHead,
  ExecutionHead,
  GapReason,
  Head,
  HeadConflict,
  HeadGap,
  HeadJson,
  JoinLightClientOptions,
  LightClient,
  LightClientOptions,
  LightClientState,
  LightClientStatus,
} from './types.ts'
