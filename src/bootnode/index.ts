/**
 * The relay through which browsers meet the beacon chain's network: `createBootnode()`. Node only.
 *
 * @packageDocumentation
 */
export { defaultRelayLimits, type RelayCounts, type RelayLimits } from './circuit-relay.ts'
export { createBootnode } from './create-bootnode.ts'
export { defaultGatewayLimits, type GatewayLimits, type ScopeLimits, type TargetLimits } from './gateway/limits.ts'
export type { GatewayMetrics, RefusalReason, TunnelEnd } from './gateway/metrics.ts'
export type { MetricsOptions } from './metrics/serve-metrics.ts'
export type { CertificateFiles } from './tls/read-certificate.ts'
export type {
  Bootnode,
  BootnodeCertificate,
  BootnodeCounts,
  BootnodeOptions,
  BootnodeTunnelOptions,
} from './types.ts'
