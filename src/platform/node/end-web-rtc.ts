import { createRequire } from 'node:module'

/**
 * Lets go of what WebRTC's add-on holds natively: a data channel whose connection goes before it is open is never let go of by
 * itself, and keeps the process alive. For when nothing in the process uses WebRTC any more.
 */
export function endWebRtc(): void {
  // It comes with the package that uses it, wherever that is installed.
  const seenFromThere = createRequire(import.meta.resolve('@libp2p/webrtc'))
  const { cleanup } = seenFromThere('node-datachannel') as { cleanup(): void }
  cleanup()
}
