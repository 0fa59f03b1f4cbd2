import type { PeerStats } from '../../../src/peers/limits/peer-value.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'

export const NOW_MS = 1_800_000_000_000

type About = Omit<Partial<PeerStats>, 'view'> & { readonly view?: Partial<PeerInfo> }

/** A peer that dialed us an hour ago and offers one method, but for what is reported about it. */
export function factsOf(id: string, about: About = {}): PeerStats {
  const view: PeerInfo = {
    id,
    state: 'connected',
    address: '/ip4/5.6.7.8/tcp/9000',
    direction: 'inbound',
    persistent: false,
    protocols: [],
    score: 0,
    connectedAtMs: NOW_MS - 3_600_000,
    seenAtMs: 0,
    ...about.view,
  }
  return { methods: 1, meshes: 0, ...about, view }
}

export const idsOf = (peers: readonly PeerStats[]): string[] => peers.map(({ view }) => view.id)

/** So many peers, numbered. */
export function crowd(count: number, about: (n: number) => About = () => ({})): PeerStats[] {
  return Array.from({ length: count }, (_, n) => factsOf(`${n}`, about(n)))
}
