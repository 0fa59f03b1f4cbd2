import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { happyEyeballs } from '../../streams/happy-eyeballs.ts'
import type { PeerScores } from '../scoring/peer-scores.ts'

const DIAL_MS = 10_000
/** "Connection Attempt Delay" of RFC 8305, section 5. */
const GAP_MS = 250
/** Cap on addresses tried, so that a source cannot make us dial many hosts. */
const MAX_ADDRESSES = 8
const CLOSE_MS = 1_000

/** What dialing needs. */
export interface DialOptions {
  readonly dialer: {
    /** Dials one address, which ends with `/p2p/…`. */
    dial(address: Multiaddr, signal: AbortSignal): Promise<Connection>
  }
  readonly clock: Clock
  readonly scores: Pick<PeerScores, 'bannedUntilMs'>
  /** Those addresses that can be dialed here, the best first. */
  rank(addresses: readonly Multiaddr[]): readonly Multiaddr[]
}

/**
 * Dials a peer by its addresses, the best first and the next a quarter of a second later, and resolves when one of them is
 * connected; the others are released.
 *
 * @throws LamparaError `dial_failed`, `dial_timeout`; the signal's reason
 */
export async function dial(
  { dialer, clock, scores, rank }: DialOptions,
  peerId: string,
  addresses: readonly Multiaddr[],
  signal?: AbortSignal,
): Promise<void> {
  const bannedUntilMs = scores.bannedUntilMs(peerId)
  if (bannedUntilMs !== undefined) {
    const until = new Date(bannedUntilMs).toISOString()
    throw new LamparaError('dial_failed', `Cannot dial ${peerId}: it is banned until ${until}`)
  }
  const dialable = rank(addresses).slice(0, MAX_ADDRESSES)
  if (dialable.length === 0) {
    throw new LamparaError('dial_failed', `Cannot dial ${addresses.join(', ')}: no transport supports it`)
  }
  const timeout = () => new LamparaError('dial_timeout', `Cannot dial ${peerId}: no connection within ${DIAL_MS} ms`)
  const limit = deadline({ clock, afterMs: DIAL_MS, error: timeout, signal })
  try {
    await happyEyeballs(
      dialable.map((address) => (ending) => dialer.dial(withPeer(address, peerId), ending)),
      {
        clock,
        gapMs: GAP_MS,
        signal: limit.signal,
        onSurplus: (connection) => void closeConnection(connection, clock),
      },
    )
  } catch (error) {
    limit.signal.throwIfAborted()
    const reasons = dialable.map((address, index) => `${address}: ${reasonOf((error as AggregateError).errors[index])}`)
    throw new LamparaError('dial_failed', `Cannot dial ${reasons.join(', ')}`, { cause: error })
  } finally {
    limit.cancel()
  }
}

/** Pins the peer id; otherwise any peer at that address would be accepted. */
function withPeer(address: Multiaddr, peerId: string): Multiaddr {
  return address.getComponents().at(-1)?.name === 'p2p' ? address : address.encapsulate(`/p2p/${peerId}`)
}

/** A WebSocket fails with an event, which says nothing more. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? messageOf(error) : 'the connection was refused or broke'
}

/** Closes a connection in good order, or by force when that takes more than a second. Never throws. */
export async function closeConnection(connection: Connection, clock: Clock): Promise<void> {
  const limit = deadline({ clock, afterMs: CLOSE_MS, error: () => new Error('it does not close') })
  try {
    await raceSignal(connection.close({ signal: limit.signal }), limit.signal)
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error(messageOf(error)))
  } finally {
    limit.cancel()
  }
}
