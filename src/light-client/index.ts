export { createLightClient } from './create-light-client.ts'
export { finalityUpdateOf, hasFinality, optimisticUpdateOf } from './derive.ts'
export { type LightClientDataSource, serveLightClientData } from './serve.ts'
export type {
  Checkpoint,
  ExecutionHead,
  Head,
  LightClient,
  LightClientOptions,
  LightClientState,
  LightClientStatus,
} from './types.ts'
