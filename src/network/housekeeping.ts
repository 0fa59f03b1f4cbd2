import { startPruning } from '../peers/recruiting.ts'
import { factsOf } from './peer-facts.ts'
import { peerLimits } from './peer-limits.ts'
import type { RecruitingParts } from './recruiting.ts'

/** What a network does about its peers beside recruiting them. */
export interface Housekeeping {
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Parts from the least useful where peers can dial us and are too many. A relay's clients are all alike: its gate suffices. */
export async function startHousekeeping(parts: RecruitingParts): Promise<Housekeeping> {
  const { options, platform, clock, peers } = parts
  const { listen = [], role = 'peer' } = options
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
  return {
    async stop() {
      stopPruning()
    },
  }
}
