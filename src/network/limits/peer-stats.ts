import type { PeerStats } from '../../peers/discovery.ts'
import { networkGroupOf } from '../../peers/discovery.ts'
import type { PeerInfo } from '../../peers/types.ts'
import type { Clock } from '../../streams/clock.ts'
import { isOnOtherFork } from '../discovery/fork-compatibility.ts'
import type { NetworkOptions } from '../types.ts'

/** Sources of peer statistics beside the peers' own data. */
export interface PeerStatsSources {
  readonly clock: Pick<Clock, 'now'>
  /** Topics in whose mesh we share a peer. */
  sharedMeshCount(peerId: string): number
}

/** What tells how useful peers are. Without wanted protocols each is as able as the other. */
export function peerStatsOf(
  peers: readonly PeerInfo[],
  options: NetworkOptions,
  sources: PeerStatsSources,
): PeerStats[] {
  const { chain, requiredProtocols = [], unconditionalPeers = [] } = options
  const nowMs = sources.clock.now()
  return peers.map((view) => {
    const group = networkGroupOf(view.address)
    const { id, protocols, lastServedAtMs } = view
    const methods =
      requiredProtocols.length === 0 ? 1 : requiredProtocols.filter((one) => protocols.includes(one)).length
    const common = {
      view,
      unconditional: unconditionalPeers.includes(id),
      ...(group === 'local' ? {} : { group }),
    }
    // Whatever it offered before, it is on another chain now.
    if (isOnOtherFork(chain, view, nowMs)) return { ...common, methods: 0, meshes: 0 }
    const served = lastServedAtMs === undefined ? {} : { lastServedAtMs }
    return { ...common, methods, meshes: sources.sharedMeshCount(id), ...served }
  })
}
