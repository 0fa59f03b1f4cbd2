import { isLamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import type { PeerWire } from './options.ts'

const PROBE_MS = 3_000
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
  const limit = deadline({ clock, afterMs: PROBE_MS, error: () => new Error('no answer'), signal: peer.life.signal })
  try {
    await raceSignal(wire.ping(peer.id, limit.signal), limit.signal)
    return true
  } catch (error) {
    return isLamparaError(error) && notDead.has(error.code)
  } finally {
    limit.cancel()
  }
}
