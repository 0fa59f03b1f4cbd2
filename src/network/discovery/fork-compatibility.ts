import { type Chain, epochOfSlot, forkDigests, slotAtMs } from '../../chain/index.ts'
import { decodeEnr } from '../../discovery/enr/index.ts'
import { expectsChange } from '../../discovery/enr/next-fork.ts'
import type { PeerInfo } from '../../peers/types.ts'
import type { Clock } from '../../streams/clock.ts'

/** Ignore fork mismatches further away than this. */
const NEAR_EPOCHS = 8
/** Records whose verdict is remembered: each is asked about whenever a peer is drawn. */
const MAX_JUDGED = 1_024

/** Returns a predicate: the ENR announces a different next fork. */
export function createLeavesAtNextFork(chain: Chain, clock: Pick<Clock, 'now'>): (record: string) => boolean {
  const verdicts = new Map<string, boolean>()
  return (record) => {
    const { epoch, present, next } = changesAt(chain, clock.now())
    if (present === undefined || next === undefined || next.startEpoch - epoch > NEAR_EPOCHS) return false
    const key = `${next.digest} ${record}`
    const parts = verdicts.get(key) ?? expectsChange(decodeEnr(record), present, next) === false
    if (verdicts.size >= MAX_JUDGED) verdicts.clear()
    verdicts.set(key, parts)
    return parts
  }
}

/** True if the peer's ENR announced a different last fork and its Status has not caught up. */
export function isOnOtherFork(chain: Chain, { enr, status }: Pick<PeerInfo, 'enr' | 'status'>, nowMs: number): boolean {
  const { previous, present } = changesAt(chain, nowMs)
  if (enr === undefined || previous === undefined || present === undefined) return false
  return status?.forkDigest !== present.digest && expectsChange(decodeEnr(enr), previous, present) === false
}

function changesAt(chain: Chain, nowMs: number) {
  const epoch = Math.max(0, epochOfSlot(chain, slotAtMs(chain, nowMs)))
  const digests = forkDigests(chain)
  const at = digests.findLastIndex(({ startEpoch }) => startEpoch <= epoch)
  return { epoch, previous: digests[at - 1], present: digests[at], next: digests[at + 1] }
}
