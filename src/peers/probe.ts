import { isLamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import type { PeerWire } from './options.ts'

/** A line of 20 KB/s that stalls for three seconds now and then is not dead. */
const PROBE_MS = 5_000
/** A timer that is later than this was held up by our own process, as the answer may have been. */
const HELD_UP_MS = 1_000
/** With these the peer refuses, or we do not ask: neither says that the connection is dead. */
const notDead = new Set<LamparaErrorCode>([
  'protocol_unsupported',
  'queue_overflow',
  'rate_limited',
  'request_invalid',
  'resource_unavailable',
  'response_code_unknown',
  'response_empty',
  'response_invalid',
  'server_error',
])

/** True when a peer answers a ping on the connection that it has, be it with a refusal. Never throws. */
export async function answersPing(
  peer: ConnectedPeer,
  { clock, wire }: { readonly clock: Clock; readonly wire: Pick<PeerWire, 'ping'> },
): Promise<boolean> {
  const startMs = clock.now()
  const limit = deadline({ clock, afterMs: PROBE_MS, error: () => new Error('no answer'), signal: peer.life.signal })
  try {
    await raceSignal(wire.ping(peer.id, limit.signal), limit.signal)
    return true
  } catch (error) {
    if (clock.now() - startMs > PROBE_MS + HELD_UP_MS) return true
    return isLamparaError(error) && notDead.has(error.code)
  } finally {
    limit.cancel()
  }
}
