import type { LamparaError } from '../errors/index.ts'
import { keepBans, startPruning } from '../peers/recruiting.ts'
import { factsOf } from './peer-facts.ts'
import { peerLimits } from './peer-limits.ts'
import type { RecruitingParts } from './recruiting.ts'

/** What a network does about its peers beside recruiting them. */
export interface Housekeeping {
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Keeps bans across restarts where there is a storage, and parts from the least useful where peers can dial us and are too many. A relay's clients are all alike: its gate suffices. */
export async function startHousekeeping(parts: RecruitingParts): Promise<Housekeeping> {
  const { options, platform, clock, peers } = parts
  const { listen = [], role = 'peer', storage } = options
  const limits = peerLimits(platform, options)
  const stopPruning =
    listen.length === 0 || role === 'relay'
      ? () => {}
      : startPruning({
          clock,
          limits: { all: limits.maxConnections, inbound: limits.maxInbound },
          facts: () => factsOf(peers.list.value, options, parts),
          leave: peers.host.leave,
        })
  const stopping = new AbortController()
  let keptBans: Promise<void> | undefined
  if (storage !== undefined) {
    // Only that there was one matters: they are all written together.
    const banned = parts.events(['peer:banned'], { signal: stopping.signal, maxQueued: 1 })
    const onTrouble = (error: LamparaError): void => parts.emit({ type: 'storage:failed', error })
    const { restored, ended } = await keepBans({ storage, bans: parts.bans, banned, onTrouble })
    keptBans = ended
    // Whoever came while the bans were being read.
    for (const peerId of restored) peers.host.leave(peerId, 'it is banned').catch(() => {})
  }
  return {
    async stop() {
      stopPruning()
      stopping.abort()
      await keptBans
    },
  }
}
