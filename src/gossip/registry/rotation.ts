import {
  type Chain,
  epochOfSlot,
  type ForkDigest,
  forkDigests,
  slotAtMs,
  slotStartMs,
  startSlotOfEpoch,
} from '../../chain/index.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'

/** How long before a digest comes into force its topics are joined, so that meshes stand when it does. */
const JOIN_EPOCHS_BEFORE = 1
/** "Two epochs after the fork, pre-fork topics SHOULD be unsubscribed from" (altair/p2p-interface.md). */
const LEAVE_EPOCHS_AFTER = 2

/** The digests whose topics are to be joined at a time, oldest first. Before genesis: those of epoch 0. */
export function digestsToJoin(chain: Chain, nowMs: number): readonly ForkDigest[] {
  const epoch = Math.max(0, epochOfSlot(chain, slotAtMs(chain, nowMs)))
  return forkDigests(chain).filter(
    ({ startEpoch, endEpoch }) => startEpoch - JOIN_EPOCHS_BEFORE <= epoch && epoch < endEpoch + LEAVE_EPOCHS_AFTER,
  )
}

/** When next after a time the digests to join change, in unix milliseconds; undefined when never again. */
export function nextRotationMs(chain: Chain, nowMs: number): number | undefined {
  const epochs = forkDigests(chain).flatMap(({ startEpoch, endEpoch }) => [
    startEpoch - JOIN_EPOCHS_BEFORE,
    endEpoch + LEAVE_EPOCHS_AFTER,
  ])
  const times = epochs
    .filter((epoch) => Number.isFinite(epoch) && epoch > 0)
    .map((epoch) => slotStartMs(chain, startSlotOfEpoch(chain, epoch)))
    .filter((timeMs) => timeMs > nowMs)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** The digests to join, kept current. */
export interface Rotation {
  readonly current: readonly ForkDigest[]
  stop(): void
}

/** Follows the clock and calls back each time the digests to join change. */
export function followRotation(chain: Chain, clock: Clock, onChange: () => void): Rotation {
  const epochMs = chain.slotDurationMs * chain.preset.slotsPerEpoch
  let current = digestsToJoin(chain, clock.now())
  let cancel: CancelTimer = () => {}

  function arm(): void {
    const nowMs = clock.now()
    const nextMs = nextRotationMs(chain, nowMs)
    if (nextMs === undefined) return
    // Never further ahead than an epoch: a clock that was put right, or a machine that slept, is noticed by then.
    cancel = clock.setTimer(update, Math.min(nextMs - nowMs, epochMs))
  }

  function update(): void {
    const wanted = digestsToJoin(chain, clock.now())
    const changed = wanted.length !== current.length || wanted.some((entry, i) => entry !== current[i])
    current = wanted
    arm()
    if (changed) onChange()
  }

  arm()
  return {
    get current() {
      return current
    },
    stop: () => cancel(),
  }
}
