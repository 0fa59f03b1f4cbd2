/** The libp2p protocol id of the tunnel (docs/tunnel.md). */
export const tunnelProtocol = '/lampara/tunnel/1'

/** What a gateway answers, and the byte that stands for it. */
export const tunnelStatus = {
  /** Connected: what follows are the target's bytes. */
  ok: 0,
  /** The request cannot be read. */
  invalid: 1,
  /** No tunnel leads from here to this target, now or later. Why is not told: it would show what the gateway can see. */
  refused: 2,
  /** The target has as many tunnels as it bears, or was dialed a moment ago. */
  busy: 3,
  /** The gateway has no room, or not for this client. */
  overloaded: 4,
  /** The target could not be connected to. */
  unreachable: 5,
  /** The target did not accept in time. */
  timeout: 6,
} as const

/** The word for a status. */
export type TunnelStatus = keyof typeof tunnelStatus
