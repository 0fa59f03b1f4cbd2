import { isLamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import type { PeerRequests } from '../manager/options.ts'
import type { PeerRecord } from '../manager/peer-record.ts'

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

/** True when a peer answers a ping on its connection, even with an error response. Never throws. */
export async function checkAlive(
  peer: PeerRecord,
  { clock, requests }: { readonly clock: Clock; readonly requests: Pick<PeerRequests, 'ping'> },
): Promise<boolean> {
  const startMs = clock.now()
  const limit = deadline({
    clock,
    afterMs: PROBE_MS,
    error: () => new Error('no answer'),
    signal: peer.abortController.signal,
  })
  try {
    await raceSignal(requests.ping(peer.id, limit.signal), limit.signal)
    return true
  } catch (error) {
    if (clock.now() - startMs > PROBE_MS + HELD_UP_MS) return true
    return isLamparaError(error) && notDead.has(error.code)
  } finally {
    limit.cancel()
  }
}
