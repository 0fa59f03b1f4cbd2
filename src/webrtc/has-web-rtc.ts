import { platform } from '#platform'

/** True where there can be WebRTC: in Node by a package, elsewhere of the browser's own. Workers and WebKitGTK have none. */
export function hasWebRtc(): boolean {
  return platform.name === 'node' || globalThis.RTCPeerConnection !== undefined
}
