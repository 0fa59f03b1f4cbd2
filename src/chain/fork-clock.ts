import type { CancelTimer, Clock } from '../streams/clock.ts'
import { type Chain, forkDigests, slotStartMs, startSlotOfEpoch } from './index.ts'

/** Calls back when each further fork digest of the chain comes into force. @returns how to stop */
export function onForkDigestChange(chain: Chain, clock: Clock, onFork: () => void): () => void {
  const epochMs = chain.slotDurationMs * chain.preset.slotsPerEpoch
  const startsMs = forkDigests(chain).map(({ startEpoch }) => slotStartMs(chain, startSlotOfEpoch(chain, startEpoch)))
  let cancel: CancelTimer = () => {}

  function arm(): void {
    const nowMs = clock.now()
    const nextMs = startsMs.find((startMs) => startMs > nowMs)
    if (nextMs === undefined) return
    // Never further ahead than an epoch: a clock that was put right, or a machine that slept, is noticed by then.
    cancel = clock.setTimer(
      () => {
        if (clock.now() >= nextMs) onFork()
        arm()
      },
      Math.min(nextMs - nowMs, epochMs),
    )
  }

  arm()
  return () => cancel()
}
