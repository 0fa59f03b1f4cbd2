import type { PeerInfo } from '../../peers/types.ts'
import type { PeerMetrics } from './metrics-types.ts'

type Counted = PeerMetrics['now'][number]

/** Peers by direction, transport and state; those that left do not count. */
export function countPeers(peers: readonly Pick<PeerInfo, 'address' | 'direction' | 'state'>[]): readonly Counted[] {
  const counted = new Map<string, { -readonly [Key in keyof Counted]: Counted[Key] }>()
  for (const { address, direction, state } of peers) {
    if (state === 'disconnected') continue
    const transport = transportLabel(address)
    const key = `${direction} ${transport} ${state}`
    const entry = counted.get(key)
    if (entry === undefined) counted.set(key, { direction, transport, state, count: 1 })
    else entry.count++
  }
  return [...counted.values()]
}

const labels: readonly (readonly [RegExp, string])[] = [
  [/\/lampara-tunnel(\/|$)/, 'tunnel'],
  [/\/webrtc(-direct)?(\/|$)/, 'webrtc'],
  [/\/p2p-circuit(\/|$)/, 'relay'],
  [/\/webtransport(\/|$)/, 'webtransport'],
  [/\/quic(-v1)?(\/|$)/, 'quic'],
  [/\/wss?(\/|$)/, 'websocket'],
  [/\/tcp\//, 'tcp'],
]

/** The transport of an address as one of few words. */
function transportLabel(address: string): string {
  return labels.find(([pattern]) => pattern.test(address))?.[1] ?? 'other'
}
