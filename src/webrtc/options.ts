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

/** What libp2p takes. It would ask servers of its own choice if nothing were said. */
export function rtcConfigurationOf({ iceServers = [] }: WebRtcOptions): RTCConfiguration {
  return { iceServers: iceServers.map((server) => ({ ...server, urls: [server.urls].flat() as string[] })) }
}
