import type { PeerInfo } from 'lampara'
import { formatDuration, formatLatency, NONE, shorten } from './format.ts'
import type { ShortValue } from './heads.ts'

/** A peer's row. */
export interface PeerModel {
  /** The whole peer id: stable across updates. */
  readonly key: string
  readonly id: ShortValue
  readonly address: ShortValue
  readonly direction: string
  readonly latency: string
  readonly agent: string
  readonly score: string
  /** −1 to 1, for the meter. */
  readonly scoreShare: number
  readonly bootnode: boolean
  readonly connectedFor: string
}

/** More rows than this would not be read, and would cost layout on every change. */
export const MAX_PEER_ROWS = 50

/** Peers as rows: those that were named first, then by score, then the longest connected. */
export function peerModels(peers: readonly PeerInfo[], nowMs: number): readonly PeerModel[] {
  return [...peers]
    .sort((a, b) => rank(a) - rank(b) || b.score - a.score || a.connectedAtMs - b.connectedAtMs)
    .slice(0, MAX_PEER_ROWS)
    .map((peer) => ({
      key: peer.id,
      // Every secp256k1 peer id begins alike, so the end is what tells them apart.
      id: { short: shorten(peer.id, 6, 8), full: peer.id },
      address: { short: shortAddress(peer.address), full: peer.address },
      direction: TUNNEL.test(peer.address) ? 'tunnelled' : peer.direction,
      latency: formatLatency(peer.latencyMs),
      agent: peer.agent === undefined || peer.agent === '' ? NONE : shorten(peer.agent, 20, 3),
      score: String(Math.round(peer.score)),
      scoreShare: Math.max(-1, Math.min(1, peer.score / 100)),
      bootnode: peer.persistent,
      connectedFor: formatDuration(nowMs - peer.connectedAtMs),
    }))
}

function rank(peer: PeerInfo): number {
  return peer.persistent ? 0 : 1
}

/** How the bootnode is reached that the peer hangs on. */
const TUNNEL = /^.*\/lampara-tunnel(?=\/)/

/** Without peer ids, and of a tunnelled one where the peer itself listens. */
function shortAddress(address: string): string {
  return shorten(address.replace(TUNNEL, '').replace(/\/p2p\/[^/]+$/, ''), 34, 6)
}
