import type { Connection } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'

const ATTEMPT_MS = 2_500
const ATTEMPTS = 3

/** One attempt to connect, until its signal aborts. */
export type Attempt = (signal: AbortSignal) => Promise<Connection>

/**
 * Connects, and starts again when an attempt has not come through within 2.5 s: the listener of `@libp2p/webrtc` may close its
 * first data channel before the dialer looks whether it is open, and then the dialer waits for ever. The third attempt has
 * what time the signal leaves. Other failures are final.
 *
 * @throws what the attempt throws; the signal's reason
 */
export async function retryDial(attempt: Attempt, signal: AbortSignal, clock: Clock): Promise<Connection> {
  for (let turn = 1; ; turn++) {
    const afterMs = turn < ATTEMPTS ? ATTEMPT_MS : Number.POSITIVE_INFINITY
    const limit = deadline({ clock, afterMs, error: stalled, signal })
    const connecting = attempt(limit.signal)
    try {
      return await raceSignal(connecting, limit.signal)
    } catch (error) {
      // One that comes after all is nobody's.
      connecting.then(
        (late) => late.abort(stalled()),
        () => {},
      )
      signal.throwIfAborted()
      if (!limit.signal.aborted) throw error
    } finally {
      limit.cancel()
    }
  }
}

function stalled(): LamparaError {
  return new LamparaError('dial_timeout', `Cannot connect over WebRTC: no connection within ${ATTEMPT_MS} ms`)
}
