import { isLamparaError } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import type { PeerWire } from './options.ts'

const PROBE_MS = 3_000

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
    return isLamparaError(error, 'protocol_unsupported')
  } finally {
    limit.cancel()
  }
}
