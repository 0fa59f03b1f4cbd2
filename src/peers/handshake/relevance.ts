import {
  type Chain,
  epochOfSlot,
  forkDigestAtEpoch,
  forkDigests,
  type Hex,
  slotAtMs,
  slotStartMs,
  startSlotOfEpoch,
} from '../../chain/index.ts'
import type { RemoteStatus } from '../types.ts'

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

/** Why a peer is not kept, with the code to tell it by. */
export interface Irrelevance {
  /** `clock_skewed` where either of the two clocks is wrong, which says nothing of the network. */
  readonly code: 'irrelevant_network' | 'clock_skewed'
  readonly reason: string
}

/**
 * Checks a peer's Status (phase0/p2p-interface.md, "Status"): another chain's, another schedule's, or an impossible one.
 * Around a change of digest either of the two is right: clocks differ by up to a slot. A head that is ahead of our clock by no
 * more than a slot is tolerated, as Lighthouse and Lodestar do; one that is further ahead is first a suspicion against our own
 * clock.
 *
 * @returns why the peer is not relevant to us; undefined when it is
 */
export function checkRelevance(
  chain: Chain,
  nowMs: number,
  ours: OwnFinality | undefined,
  status: RemoteStatus,
): Irrelevance | undefined {
  const reason = otherNetwork(chain, nowMs, ours, status)
  if (reason !== undefined) return { code: 'irrelevant_network', reason }
  const aheadMs = slotStartMs(chain, status.headSlot) - nowMs
  const { slotDurationMs } = chain
  if (status.headSlot <= 0 || aheadMs <= slotDurationMs + CLOCK_DISPARITY_MS) return undefined
  const seconds = Math.round(aheadMs / 1_000)
  const words = `its head, slot ${status.headSlot}, is ${seconds} s ahead of this machine's clock: one of the clocks is wrong`
  return { code: 'clock_skewed', reason: words }
}

function otherNetwork(
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
  if (status.finalizedEpoch > epochOfSlot(chain, status.headSlot)) {
    return `its finalized epoch ${status.finalizedEpoch} is later than its head, slot ${status.headSlot}`
  }
  if (ours !== undefined && ours.finalizedEpoch > 0 && ours.finalizedEpoch === status.finalizedEpoch) {
    if (ours.finalizedRoot !== status.finalizedRoot) return `it finalized another block in epoch ${ours.finalizedEpoch}`
  }
  return undefined
}
