import type { KeyValueStorage } from '../platform/storage.ts'

/** A STUN or TURN server, as `RTCIceServer` has it. */
export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string
  readonly credential?: string
}

/** Options of `webRtc()` and `webRtcDirect()`. */
export interface WebRtcOptions {
  /**
   * STUN and TURN servers to ask. They learn the user's address. Without any, two peers that are both behind NATs may not reach
   * each other.
   *
   * @default none: nobody is asked
   */
  readonly iceServers?: readonly IceServer[]
}

/** Options of `webRtcDirect()`. */
export interface WebRtcDirectOptions extends WebRtcOptions {
  /**
   * Where a listener in Node keeps its certificate, whose hash is part of its address: with it, the address is the same after a
   * restart. A certificate lasts a year, and a start with less than 90 days left makes a new one. One that is over is not
   * refused by anyone who dials, who looks at the hash alone. The network's `storage` will do.
   *
   * @default none: a new certificate with each start
   */
  readonly storage?: KeyValueStorage
}

/** What libp2p takes. It would ask servers of its own choice if nothing were said. */
export function rtcConfigurationOf({ iceServers = [] }: WebRtcOptions): RTCConfiguration {
  return { iceServers: iceServers.map((server) => ({ ...server, urls: [server.urls].flat() as string[] })) }
}
