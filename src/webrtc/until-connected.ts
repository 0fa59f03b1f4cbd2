import { raceSignal } from '../streams/abort.ts'

/** Of an `RTCPeerConnection`, the browser's own or that of Node's package. */
type PeerConnection = Pick<RTCPeerConnection, 'connectionState' | 'addEventListener' | 'removeEventListener'>

/**
 * Resolves when a connection that two peers agree on has come about. The listener of `@libp2p/webrtc` takes the end of their
 * talk for it, also where the dialer has broken off, and would have a peer that is not there until ICE gives up after half a
 * minute.
 *
 * @throws Error when it fails or is closed instead; the signal's reason
 */
export async function untilConnected(peerConnection: PeerConnection, signal: AbortSignal | undefined): Promise<void> {
  const outcome = Promise.withResolvers<void>()
  const look = (): void => {
    const { connectionState } = peerConnection
    if (connectionState === 'connected') outcome.resolve()
    else if (connectionState === 'failed' || connectionState === 'closed') {
      outcome.reject(new Error(`it is ${connectionState} before it came about`))
    }
  }
  peerConnection.addEventListener('connectionstatechange', look)
  try {
    look()
    await raceSignal(outcome.promise, signal)
  } finally {
    peerConnection.removeEventListener('connectionstatechange', look)
  }
}
