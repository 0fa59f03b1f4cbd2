import {
  type Chain,
  epochOfSlot,
  forkDigestAtEpoch,
  forkDigests,
  type Hex,
  slotAtMs,
  slotStartMs,
  startSlotOfEpoch,
} from '../chain/index.ts'
import type { RemoteStatus } from './types.ts'

/** MAXIMUM_GOSSIP_CLOCK_DISPARITY (phase0/p2p-interface.md). */
const CLOCK_DISPARITY_MS = 500

/** As much of our own Status as a peer's is compared with. */
export interface OwnFinality {
  readonly finalizedEpoch: number
  readonly finalizedRoot: Hex
}

/** The fork digest in force at a time. */
export function digestAtMs(chain: Chain, timeMs: number): Hex {
  return forkDigestAtEpoch(chain, epochOfSlot(chain, slotAtMs(chain, timeMs)))
}

/** When the fork digest changes next, in unix milliseconds; undefined when never again. */
export function nextDigestChangeMs(chain: Chain, nowMs: number): number | undefined {
  return forkDigests(chain)
    .map(({ startEpoch }) => slotStartMs(chain, startSlotOfEpoch(chain, startEpoch)))
    .find((timeMs) => timeMs > nowMs)
}

/**
 * Judges a peer's Status (phase0/p2p-interface.md, "Status"): another chain's, another schedule's, or an impossible one.
 * Around a change of digest either of the two is right: clocks differ by up to a slot.
 *
 * @returns why the peer is irrelevant to us, in words; undefined when it is relevant
 */
export function irrelevance(
  chain: Chain,
  nowMs: number,
  ours: OwnFinality | undefined,
  status: RemoteStatus,
): string | undefined {
  const { slotDurationMs } = chain
  const digests = [nowMs, nowMs - slotDurationMs, nowMs + slotDurationMs].map((timeMs) => digestAtMs(chain, timeMs))
  if (!digests.includes(status.forkDigest)) {
    return `its fork digest is ${status.forkDigest}, ours ${digests[0]}`
  }
  if (status.headSlot > Math.max(0, slotAtMs(chain, nowMs + CLOCK_DISPARITY_MS))) {
    return `its head, slot ${status.headSlot}, lies in the future`
  }
  if (status.finalizedEpoch > 0 && startSlotOfEpoch(chain, status.finalizedEpoch) > nextSlot(chain, nowMs)) {
    return `its finalized epoch ${status.finalizedEpoch} lies in the future`
  }
  if (status.finalizedEpoch > epochOfSlot(chain, status.headSlot)) {
    return `its finalized epoch ${status.finalizedEpoch} is later than its head, slot ${status.headSlot}`
  }
  if (ours !== undefined && ours.finalizedEpoch > 0 && ours.finalizedEpoch === status.finalizedEpoch) {
    if (ours.finalizedRoot !== status.finalizedRoot) return `it finalized another block in epoch ${ours.finalizedEpoch}`
  }
  return undefined
}

function nextSlot(chain: Chain, nowMs: number): number {
  return slotAtMs(chain, nowMs + CLOCK_DISPARITY_MS)
}
