import type { PeerFacts } from '../peers/recruiting.ts'
import { groupOf } from '../peers/recruiting.ts'
import type { PeerView } from '../peers/types.ts'
import type { NetworkOptions } from './types.ts'

/** What is known of peers beside what they tell. */
export interface FactSources {
  /** Topics in whose mesh we share a peer. */
  meshesWith(peerId: string): number
}

/** What tells how useful peers are. Without wanted protocols each is as able as the other. */
export function factsOf(peers: readonly PeerView[], options: NetworkOptions, sources: FactSources): PeerFacts[] {
  const { wantedProtocols = [], unconditionalPeers = [] } = options
  return peers.map((view) => {
    const group = groupOf(view.address)
    const { servedAtMs } = view
    return {
      view,
      unconditional: unconditionalPeers.includes(view.id),
      ...(group === 'local' ? {} : { group }),
      methods: wantedProtocols.length === 0 ? 1 : wantedProtocols.filter((id) => view.protocols.includes(id)).length,
      meshes: sources.meshesWith(view.id),
      ...(servedAtMs === undefined ? {} : { servedAtMs }),
    }
  })
}
