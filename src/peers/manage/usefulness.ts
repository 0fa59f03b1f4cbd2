import type { PeerView } from '../types.ts'

/** A newcomer has had no chance to be of use. */
const GRACE_MS = 60_000
/** What was asked of a peer so recently shows that it serves. */
const RECENT_MS = 10 * 60_000
/** Of those that we dialed, the part that stays whatever their use: who only keeps inbound peers lets others choose them. */
const OUTBOUND_SHARE = 0.1
/** Of all, the part that stays because it has been there longest and is of use: who would surround us must wait for it. */
const ANCHOR_SHARE = 0.2

const WEIGHT = { score: 0.1, method: 10, mesh: 5, served: 10, crowd: 5 } as const

/** What tells how useful a peer is. */
export interface PeerFacts {
  readonly view: PeerView
  /** To stay in any case. */
  readonly unconditional?: boolean
  /** Part of the network that its address belongs to; undefined for private addresses. */
  readonly group?: string
  /** How many of the methods that we need it offers. */
  readonly methods: number
  /** Topics in whose mesh we share it. */
  readonly meshes: number
  /** When it last answered a request, in unix milliseconds. */
  readonly servedAtMs?: number
}

/** How useful each peer is: its score, what it offers and serves, the meshes shared, less for each other of its group. */
export function usefulness(facts: PeerFacts, crowd: number, nowMs: number): number {
  const { view, methods, meshes, servedAtMs } = facts
  const served = servedAtMs !== undefined && nowMs - servedAtMs < RECENT_MS
  return (
    WEIGHT.score * view.score +
    WEIGHT.method * methods +
    WEIGHT.mesh * meshes +
    (served ? WEIGHT.served : 0) -
    WEIGHT.crowd * crowd
  )
}

/**
 * Whom to part from, the least useful first, at most so many. Never a persistent or unconditional peer, one in its first
 * minute, the last that offers what we need, those of use that have been there longest, a fifth of all, or so many outbound
 * ones that less than a tenth of those that count would be left.
 *
 * @param spared - none of these either
 * @param random - decides among equals; without it the newest goes first
 */
export function leastUseful(
  peers: readonly PeerFacts[],
  count: number,
  nowMs: number,
  spared: ReadonlySet<PeerFacts> = new Set(),
  random?: () => number,
): readonly PeerFacts[] {
  const lots = new Map(peers.map((one) => [one, random?.() ?? -one.view.connectedAtMs]))
  const chosen: PeerFacts[] = []
  const left = new Set(peers)
  const stay = new Set([...spared, ...anchorsOf(peers)])
  while (chosen.length < count) {
    const worst = worstOf([...left], nowMs, stay, lots)
    if (worst === undefined) break
    left.delete(worst)
    chosen.push(worst)
  }
  return chosen
}

function worstOf(
  peers: readonly PeerFacts[],
  nowMs: number,
  stay: ReadonlySet<PeerFacts>,
  lots: ReadonlyMap<PeerFacts, number>,
): PeerFacts | undefined {
  const crowds = new Map<string, number>()
  for (const { group } of peers) if (group !== undefined) crowds.set(group, (crowds.get(group) ?? 0) + 1)
  const able = peers.filter(({ methods }) => methods > 0).length
  const outbound = peers.filter(({ view }) => view.direction === 'outbound').length
  const fewOutbound = outbound <= Math.ceil(peers.length * OUTBOUND_SHARE)
  const open = peers.filter((one) => {
    const { view, unconditional = false, methods } = one
    if (view.persistent || unconditional || stay.has(one)) return false
    if (nowMs - view.connectedAtMs < GRACE_MS) return false
    if (view.direction === 'outbound' && fewOutbound) return false
    return methods === 0 || able > 1
  })
  const worth = (one: PeerFacts): number => {
    const crowd = one.group === undefined ? 0 : (crowds.get(one.group) ?? 1) - 1
    return usefulness(one, crowd, nowMs)
  }
  return open.toSorted((a, b) => worth(a) - worth(b) || lots.get(a)! - lots.get(b)!)[0]
}

function anchorsOf(peers: readonly PeerFacts[]): readonly PeerFacts[] {
  const ofUse = peers.filter(({ methods, meshes }) => methods + meshes > 0)
  const oldest = ofUse.toSorted((a, b) => a.view.connectedAtMs - b.view.connectedAtMs)
  return oldest.slice(0, Math.floor(peers.length * ANCHOR_SHARE))
}
