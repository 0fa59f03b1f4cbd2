import { isLamparaError } from '../errors/index.ts'
import { delay } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ConnectedPeer } from './connected-peer.ts'

/** Pings in a row that may go unanswered. */
const MAX_MISSES = 2

/** What keeping a peer fresh needs. */
export interface UpkeepOptions {
  readonly clock: Clock
  readonly random: () => number
  ping(peerId: string, signal: AbortSignal): Promise<void>
  onLatency(peer: ConnectedPeer, latencyMs: number): void
  onSilent(peer: ConnectedPeer): void
}

/**
 * Pings a peer for as long as it is connected: how long it takes tells whom to ask first, and silence that it is gone. The
 * first ping of a peer that we dialed goes out at once; the rest spread by a tenth, so that many do not fall together.
 */
export async function pingRegularly(peer: ConnectedPeer, everyMs: number, options: UpkeepOptions): Promise<void> {
  const { clock, random } = options
  const { signal } = peer.life
  let misses = 0
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
      if (misses === MAX_MISSES) return options.onSilent(peer)
    }
    await wait()
  }

  function wait(): Promise<void> {
    return delay(everyMs * (0.9 + random() / 5), { clock, signal })
  }
}
