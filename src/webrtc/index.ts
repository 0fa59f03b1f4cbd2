/**
 * WebRTC: dialing nodes that have no certificate, and pages that speak with each other. Its packages are optional:
 * `npm install @libp2p/webrtc @libp2p/circuit-relay-v2`.
 *
 * @packageDocumentation
 */
export { webRtcDirect } from './direct.ts'
export { webRtc } from './met-by-relay.ts'
export type { IceServer, WebRtcDirectOptions, WebRtcOptions } from './options.ts'
export { shareRecord } from './share.ts'
