// Code most pages need late or never, in one chunk to keep shared modules together.

export { mplex } from '@libp2p/mplex'
export { tunnelTransport } from '../tunnel/transport.ts'
export { webTransport } from '../webtransport/transport.ts'
export { defaultDiscv5 } from './discovery/default-discv5.ts'
export { createLocalEnr } from './discovery/local-enr.ts'
export {
  checkDeferredOptions,
  type Discovery,
  type NetworkRuntime,
  startDiscovery,
} from './discovery/start-discovery.ts'
export { type LimitEnforcement, startLimitEnforcement } from './limits/enforce-limits.ts'
export { peerLimits } from './limits/peer-limits.ts'
export { adoptExternalNode } from './node/external-node.ts'
