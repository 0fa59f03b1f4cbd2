import type { PeerView } from './types.ts'

/** Sorts after every measured latency. */
const UNKNOWN_LATENCY_MS = 1e9

/**
 * The best peer to ask: of those that offer one of the protocols, the one with the highest score, then the quickest. A peer
 * that has not told what it offers comes after all that have.
 */
export function bestPeer(
  peers: readonly PeerView[],
  protocolIds: readonly string[],
  exclude: ReadonlySet<string>,
): string | undefined {
  const [best] = peers
    .filter(({ id, protocols }) => {
      return !exclude.has(id) && (protocols.length === 0 || protocolIds.some((offered) => protocols.includes(offered)))
    })
    .sort(
      (a, b) =>
        Number(b.protocols.length > 0) - Number(a.protocols.length > 0) ||
        Math.round(b.score) - Math.round(a.score) ||
        (a.latencyMs ?? UNKNOWN_LATENCY_MS) - (b.latencyMs ?? UNKNOWN_LATENCY_MS),
    )
  return best?.id
}
