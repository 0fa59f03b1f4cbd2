import { createRequire } from 'node:module'

/**
 * Releases what WebRTC's add-on holds natively: a data channel whose connection goes before it is open is never release by
 * itself, and keeps the process alive. For when nothing in the process uses WebRTC any more.
 */
export function cleanupWebRtc(): void {
  // It comes with the package that uses it, wherever that is installed.
  const seenFromThere = createRequire(import.meta.resolve('@libp2p/webrtc'))
  const { cleanup } = seenFromThere('node-datachannel') as { cleanup(): void }
  cleanup()
}
