import type { LamparaError } from '../../errors/index.ts'
import { persistBans, startPruning } from '../../peers/discovery.ts'
import type { NetworkRuntime } from '../discovery/start-discovery.ts'
import { peerLimits } from './peer-limits.ts'
import { peerStatsOf } from './peer-stats.ts'

/** Background work on the peers that are connected. */
export interface LimitEnforcement {
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Persists bans where there is a storage; prunes the least valuable peers when listening. Relays only use the inbound limit. */
export async function startLimitEnforcement(runtime: NetworkRuntime): Promise<LimitEnforcement> {
  const { options, platform, clock, peers } = runtime
  const { listen = [], role = 'peer', storage } = options
  const limits = peerLimits(platform, options)
  const stopPruning =
    listen.length === 0 || role === 'relay'
      ? () => {}
      : startPruning({
          clock,
          limits: { all: limits.maxConnections, inbound: limits.maxInbound },
          stats: () => peerStatsOf(peers.list.value, options, runtime),
          disconnect: peers.dialerHost.disconnect,
        })
  const stopping = new AbortController()
  let persistedBans: Promise<void> | undefined
  if (storage !== undefined) {
    // Only that there was one matters: they are all written together.
    const banned = runtime.events(['peer:banned'], { signal: stopping.signal, maxQueued: 1 })
    const onError = (error: LamparaError): void => runtime.emit({ type: 'storage:failed', error })
    const { restored, ended } = await persistBans({ storage, bans: runtime.bans, banned, onError })
    persistedBans = ended
    // A peer that came while the bans were being read.
    for (const peerId of restored) peers.dialerHost.disconnect(peerId, 'it is banned').catch(() => {})
  }
  return {
    async stop() {
      stopPruning()
      stopping.abort()
      await persistedBans
    },
  }
}
