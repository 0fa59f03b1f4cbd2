// What most pages never need before their first head, or at all: one chunk, since several would break up what they share.

export { mplex } from '@libp2p/mplex'
export { tunnelTransport } from '../tunnel/transport.ts'
export { webTransport } from '../webtransport/transport.ts'
export { type Housekeeping, startHousekeeping } from './housekeeping.ts'
export { limitInbound } from './inbound.ts'
export { findWhereNobodyIsNamed } from './nobody-named.ts'
export { createOwnRecord } from './own-record.ts'
export { checkLateOptions, type Recruiting, type RecruitingParts, startNetworkRecruiting } from './recruiting.ts'
export { takeOwnNode } from './take-own-node.ts'
