/**
 * WebRTC: dialing nodes that have no certificate, and pages that speak with each other. Its packages are optional:
 * `npm install @libp2p/webrtc @libp2p/circuit-relay-v2`.
 *
 * @packageDocumentation
 */

export type { IceServer, WebRtcDirectOptions, WebRtcOptions } from './options.ts'
export { shareEnr } from './share.ts'
export { webRtc } from './webrtc.ts'
export { webRtcDirect } from './webrtc-direct.ts'
