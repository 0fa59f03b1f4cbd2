export { createLightClient } from './create-light-client.ts'
export { type LightClientDataSource, serveLightClientData } from './serve.ts'
export { serveVerified } from './serve-verified.ts'
export type {
  Checkpoint,
  ExecutionHead,
  Head,
  LightClient,
  LightClientOptions,
  LightClientState,
  LightClientStatus,
} from './types.ts'
