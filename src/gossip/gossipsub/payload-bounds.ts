import type { GossipRole } from '../types.ts'

const MIB = 1024 * 1024

/** What may wait to be sent to a peer. A relay's clients get control messages and one light-client update at a time. */
export const maxOutboundBytes: Readonly<Record<GossipRole, number>> = { peer: 4 * MIB, relay: MIB }

/** What of a peer's buffer is left for one payload beside its topic and framing. */
export function maxPublishBytes(role: GossipRole): number {
  return maxOutboundBytes[role] - 1024
}
