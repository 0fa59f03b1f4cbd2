import type { PeerView } from './types.ts'

/** Where nothing was measured: a stranger is tried before who is known to be slow. */
const UNKNOWN_MS = 300
/** Differences much smaller than this are chance. */
const NOISE_MS = 50
/** So many points of score are worth being twice as quick. */
const SCORE_FOR_TWICE = 50
/** At this score a peer has failed lately. */
const SUSPECT_SCORE = -5

/** What asking a peer comes to, as far as whoever asks has measured it. */
export interface AskMeasure {
  /** How long a request would have to wait, in milliseconds, before it goes out. */
  readonly waitMs: number
  /** How long an answer takes; undefined where it is not known. */
  readonly expectedMs?: number
}

/** Whom not to take, and what was measured of the others. */
export interface SelectOptions {
  readonly exclude: ReadonlySet<string>
  readonly measureOf?: (peerId: string) => AskMeasure
}

/**
 * The best peer to ask of those that offer one of the protocols. A peer that has not told what it offers comes after all that
 * have; one that must be waited for, after those that may be asked at once; one that failed lately, after those that did not;
 * then the quickest, by its answers to the method, else by its pings, a good score counting for speed.
 */
export function bestPeer(
  peers: readonly PeerView[],
  protocolIds: readonly string[],
  { exclude, measureOf = () => ({ waitMs: 0 }) }: SelectOptions,
): string | undefined {
  const [best] = peers
    .filter(({ id, protocols }) => {
      return !exclude.has(id) && (protocols.length === 0 || protocolIds.some((offered) => protocols.includes(offered)))
    })
    .map((peer) => ({ id: peer.id, ...ranksOf(peer, measureOf(peer.id)) }))
    .sort(
      (a, b) =>
        Number(a.silent) - Number(b.silent) ||
        a.waitMs - b.waitMs ||
        Number(a.suspect) - Number(b.suspect) ||
        a.cost - b.cost,
    )
  return best?.id
}

function ranksOf({ protocols, score, latencyMs }: PeerView, { waitMs, expectedMs }: AskMeasure) {
  return {
    silent: protocols.length === 0,
    waitMs,
    suspect: Math.round(score) <= SUSPECT_SCORE,
    cost: (NOISE_MS + (expectedMs ?? latencyMs ?? UNKNOWN_MS)) * 2 ** (-score / SCORE_FOR_TWICE),
  }
}
