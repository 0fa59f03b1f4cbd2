import type { PeerInfo } from '../types.ts'

/** A newcomer has had no chance to be useful. */
const GRACE_MS = 60_000
/** What was asked of a peer so recently shows that it serves. */
const RECENT_MS = 10 * 60_000
/** Of those that we dialed, the part that stays whatever their use: who only keeps inbound peers lets others choose them. */
const OUTBOUND_SHARE = 0.1
/** Of all, the part that stays because it has been there longest and is useful: who would surround us must wait for it. */
const ANCHOR_SHARE = 0.2

const WEIGHT = { score: 0.1, method: 10, mesh: 5, served: 10, subnetPeers: 5 } as const

/** Statistics from which a peer's value is computed. */
export interface PeerStats {
  readonly view: PeerInfo
  /** To stay in any case. */
  readonly unconditional?: boolean
  /** Part of the network that its address belongs to; undefined for private addresses. */
  readonly group?: string
  /** How many of the methods that we need it offers. */
  readonly methods: number
  /** Topics in whose mesh we share it. */
  readonly meshes: number
  /** When it last answered a request, in unix milliseconds. */
  readonly lastServedAtMs?: number
}

/** Value of a peer: its score, what it offers and serves, the meshes shared, less for each other peer of its network group. */
export function peerValue(stats: PeerStats, subnetPeers: number, nowMs: number): number {
  const { view, methods, meshes, lastServedAtMs } = stats
  const served = lastServedAtMs !== undefined && nowMs - lastServedAtMs < RECENT_MS
  return (
    WEIGHT.score * view.score +
    WEIGHT.method * methods +
    WEIGHT.mesh * meshes +
    (served ? WEIGHT.served : 0) -
    WEIGHT.subnetPeers * subnetPeers
  )
}

/**
 * The `count` lowest-value peers. Never: static, unconditional, younger than a minute, the last with a required protocol, the
 * oldest useful fifth, or outbound when only a tenth remain.
 *
 * @param spared - none of these either
 * @param random - decides among equals; without it the newest goes first
 */
export function lowestValuePeers(
  peers: readonly PeerStats[],
  count: number,
  nowMs: number,
  excluded: ReadonlySet<PeerStats> = new Set(),
  random?: () => number,
): readonly PeerStats[] {
  const tieBreaks = new Map(peers.map((one) => [one, random?.() ?? -one.view.connectedAtMs]))
  const chosen: PeerStats[] = []
  const left = new Set(peers)
  const stay = new Set([...excluded, ...anchorsOf(peers)])
  while (chosen.length < count) {
    const worst = worstOf([...left], nowMs, stay, tieBreaks)
    if (worst === undefined) break
    left.delete(worst)
    chosen.push(worst)
  }
  return chosen
}

function worstOf(
  peers: readonly PeerStats[],
  nowMs: number,
  stay: ReadonlySet<PeerStats>,
  tieBreaks: ReadonlyMap<PeerStats, number>,
): PeerStats | undefined {
  const subnets = new Map<string, number>()
  for (const { group } of peers) if (group !== undefined) subnets.set(group, (subnets.get(group) ?? 0) + 1)
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
  const valueOfPeer = (one: PeerStats): number => {
    const subnetPeers = one.group === undefined ? 0 : (subnets.get(one.group) ?? 1) - 1
    return peerValue(one, subnetPeers, nowMs)
  }
  return open.toSorted((a, b) => valueOfPeer(a) - valueOfPeer(b) || tieBreaks.get(a)! - tieBreaks.get(b)!)[0]
}

function anchorsOf(peers: readonly PeerStats[]): readonly PeerStats[] {
  const ofUse = peers.filter(({ methods, meshes }) => methods + meshes > 0)
  const oldest = ofUse.toSorted((a, b) => a.view.connectedAtMs - b.view.connectedAtMs)
  return oldest.slice(0, Math.floor(peers.length * ANCHOR_SHARE))
}
