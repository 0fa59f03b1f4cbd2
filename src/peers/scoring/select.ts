import type { PeerInfo } from '../types.ts'

/** Where nothing was measured: an unknown peer is tried before who is known to be slow. */
const UNKNOWN_MS = 300
/** Differences much smaller than this are chance. */
const NOISE_MS = 50
/** So many points of score are worth being twice as quick. */
const SCORE_FOR_TWICE = 50
/** At this score a peer has failed lately. */
const SUSPECT_SCORE = -5

/** Measured cost of a request to a peer. */
export interface RequestCost {
  /** How long a request would have to wait, in milliseconds, before it goes out. */
  readonly waitMs: number
  /** How long an answer takes; undefined where it is not known. */
  readonly expectedMs?: number
}

/** Whom not to take, and what was measured of the others. */
export interface SelectOptions {
  readonly exclude: ReadonlySet<string>
  readonly costOf?: (peerId: string) => RequestCost
}

/**
 * Ranks peers supporting a protocol: identified first, then free slot, not recently failed, then expected time weighted by
 * score.
 */
export function bestPeer(
  peers: readonly PeerInfo[],
  protocolIds: readonly string[],
  { exclude, costOf = () => ({ waitMs: 0 }) }: SelectOptions,
): string | undefined {
  const [best] = peers
    .filter(({ id, protocols }) => {
      return !exclude.has(id) && (protocols.length === 0 || protocolIds.some((offered) => protocols.includes(offered)))
    })
    .map((peer) => ({ id: peer.id, ...ranksOf(peer, costOf(peer.id)) }))
    .sort(
      (a, b) =>
        Number(a.unidentified) - Number(b.unidentified) ||
        a.waitMs - b.waitMs ||
        Number(a.recentlyFailed) - Number(b.recentlyFailed) ||
        a.cost - b.cost,
    )
  return best?.id
}

function ranksOf({ protocols, score, latencyMs }: PeerInfo, { waitMs, expectedMs }: RequestCost) {
  return {
    unidentified: protocols.length === 0,
    waitMs,
    recentlyFailed: Math.round(score) <= SUSPECT_SCORE,
    cost: (NOISE_MS + (expectedMs ?? latencyMs ?? UNKNOWN_MS)) * 2 ** (-score / SCORE_FOR_TWICE),
  }
}
