import type { PeerFacts } from '../peers/recruiting.ts'
import { groupOf } from '../peers/recruiting.ts'
import type { PeerView } from '../peers/types.ts'
import type { Clock } from '../streams/clock.ts'
import type { NetworkOptions } from './types.ts'
import { hasParted } from './ways-at-forks.ts'

/** What is known of peers beside what they tell. */
export interface FactSources {
  readonly clock: Pick<Clock, 'now'>
  /** Topics in whose mesh we share a peer. */
  meshesWith(peerId: string): number
}

/** What tells how useful peers are. Without wanted protocols each is as able as the other. */
export function factsOf(peers: readonly PeerView[], options: NetworkOptions, sources: FactSources): PeerFacts[] {
  const { chain, wantedProtocols = [], unconditionalPeers = [] } = options
  const nowMs = sources.clock.now()
  return peers.map((view) => {
    const group = groupOf(view.address)
    const { id, protocols, servedAtMs } = view
    const methods = wantedProtocols.length === 0 ? 1 : wantedProtocols.filter((one) => protocols.includes(one)).length
    const common = {
      view,
      unconditional: unconditionalPeers.includes(id),
      ...(group === 'local' ? {} : { group }),
    }
    // Whatever it offered before, it is on another chain now.
    if (hasParted(chain, view, nowMs)) return { ...common, methods: 0, meshes: 0 }
    const served = servedAtMs === undefined ? {} : { servedAtMs }
    return { ...common, methods, meshes: sources.meshesWith(id), ...served }
  })
}
