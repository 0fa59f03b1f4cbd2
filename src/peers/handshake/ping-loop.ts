import type { Chain } from '../../chain/index.ts'
import { isLamparaError } from '../../errors/index.ts'
import { delay } from '../../streams/abort.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import { nextDigestChangeMs } from './relevance.ts'

/** Pings in a row that may go unanswered. */
const MAX_MISSES = 2
/** Real nodes want Status at most once a minute, and hang up on those they have not heard of for long. */
const STATUS_EVERY_MS = 5 * 60_000

/** What pinging needs. */
export interface PingOptions {
  readonly clock: Clock
  readonly random: () => number
  ping(peerId: string, signal: AbortSignal): Promise<void>
  onLatency(peer: PeerRecord, latencyMs: number): void
  onTimeout(peer: PeerRecord): void
}

/**
 * Pings a peer for as long as it is connected: how long it takes tells whom to ask first, and silence that it is gone. The
 * first ping of a peer that we dialed goes out at once; the rest spread by a tenth, so that many do not fall together.
 *
 * After a sleep, which shows in a timer that comes far too late, one miss is enough: the connection is most likely dead.
 */
export async function pingRegularly(peer: PeerRecord, everyMs: number, options: PingOptions): Promise<void> {
  const { clock, random } = options
  const { signal } = peer.abortController
  let misses = 0
  let slept = false
  if (peer.connection.direction === 'inbound') await wait()
  for (;;) {
    const startMs = clock.now()
    try {
      await options.ping(peer.id, signal)
      misses = 0
      options.onLatency(peer, Math.max(0, clock.now() - startMs))
    } catch (error) {
      signal.throwIfAborted()
      if (isLamparaError(error, 'protocol_unsupported')) return
      misses++
      if (slept || misses === MAX_MISSES) return options.onTimeout(peer)
    }
    await wait()
  }

  async function wait(): Promise<void> {
    const waitMs = everyMs * (0.9 + random() / 5)
    const startMs = clock.now()
    await delay(waitMs, { clock, signal })
    slept = clock.now() - startMs > waitMs + everyMs
  }
}

/** Exchanges Status every five minutes for as long as the peer is connected. */
export async function refreshRegularly(
  peer: PeerRecord,
  options: { readonly clock: Clock; readonly random: () => number; refresh(peer: PeerRecord): Promise<void> },
): Promise<void> {
  const { clock, random } = options
  for (;;) {
    await delay(STATUS_EVERY_MS * (0.9 + random() / 5), { clock, signal: peer.abortController.signal })
    await options.refresh(peer)
  }
}

/**
 * Calls back after each change of the chain's fork digest, two slots late: both sides' clocks are past it by then.
 *
 * @returns how to stop
 */
export function watchDigestChanges(chain: Chain, clock: Clock, onChange: () => void): () => void {
  const lateMs = 2 * chain.slotDurationMs
  const epochMs = chain.slotDurationMs * chain.preset.slotsPerEpoch
  let cancel: CancelTimer = () => {}

  function arm(): void {
    const dueMs = nextDigestChangeMs(chain, clock.now() - lateMs)
    if (dueMs === undefined) return
    const waitMs = dueMs + lateMs - clock.now()
    // Never further ahead than an epoch: a clock that was put right, or a machine that slept, is noticed by then.
    cancel = clock.setTimer(
      () => {
        const due = clock.now() >= dueMs + lateMs
        arm()
        if (due) onChange()
      },
      Math.min(waitMs, epochMs),
    )
  }

  arm()
  return () => cancel()
}
