import { type Chain, epochOfSlot, forkDigests, slotAtMs } from '../chain/index.ts'
import { decodeEnr } from '../discovery/enr/index.ts'
import { expectsChange } from '../discovery/enr/next-fork.ts'
import type { PeerView } from '../peers/types.ts'
import type { Clock } from '../streams/clock.ts'

/** Whom we meet so long before a fork, 51 minutes on mainnet, may still be there when it comes. */
const NEAR_EPOCHS = 8
/** Records whose verdict is remembered: each is asked about whenever a peer is drawn. */
const MAX_JUDGED = 1_024

/** Creates what is true of a record that expects another change of digest than ours, while that is near. */
export function createPartsSoon(chain: Chain, clock: Pick<Clock, 'now'>): (record: string) => boolean {
  const judged = new Map<string, boolean>()
  return (record) => {
    const { epoch, present, next } = changesAt(chain, clock.now())
    if (present === undefined || next === undefined || next.startEpoch - epoch > NEAR_EPOCHS) return false
    const key = `${next.digest} ${record}`
    const parts = judged.get(key) ?? expectsChange(decodeEnr(record), present, next) === false
    if (judged.size >= MAX_JUDGED) judged.clear()
    judged.set(key, parts)
    return parts
  }
}

/** True of a peer whose record expected another change of digest than the last one, until its Status shows that it made it. */
export function hasParted(chain: Chain, { enr, status }: Pick<PeerView, 'enr' | 'status'>, nowMs: number): boolean {
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
