import { LamparaError, messageOf } from '../errors/index.ts'

/** The WebRTC transports of libp2p. @throws LamparaError `runtime_unsupported`, which says what to install */
export function loadWebRtc() {
  return import('@libp2p/webrtc').catch((cause) => {
    throw missing('@libp2p/webrtc', cause)
  })
}

/** The circuit relay of libp2p. @throws LamparaError `runtime_unsupported`, which says what to install */
export function loadCircuitRelay() {
  return import('@libp2p/circuit-relay-v2').catch((cause) => {
    throw missing('@libp2p/circuit-relay-v2', cause)
  })
}

function missing(name: string, cause: unknown): LamparaError {
  const message = `Cannot use WebRTC: ${name} cannot be loaded; \`npm install ${name}\` (${messageOf(cause)})`
  return new LamparaError('runtime_unsupported', message, { cause })
}
