import type { Connection, Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { ScoreBook } from './score-book.ts'

const DIAL_MS = 10_000
const CLOSE_MS = 1_000

/** What dialing needs. */
export interface DialOptions {
  readonly libp2p: Pick<Libp2p, 'dial'>
  readonly clock: Clock
  readonly book: Pick<ScoreBook, 'bannedUntilMs'>
  /** True when this environment can dial the address at all. */
  canDial(multiaddr: string): boolean
}

/**
 * Dials a peer by its addresses and resolves when one of them is connected.
 *
 * @throws LamparaError `dial_failed`, `dial_timeout`; the signal's reason
 */
export async function dial(
  { libp2p, clock, book, canDial }: DialOptions,
  peerId: string,
  addresses: readonly Multiaddr[],
  signal?: AbortSignal,
): Promise<void> {
  const bannedUntilMs = book.bannedUntilMs(peerId)
  if (bannedUntilMs !== undefined) {
    const until = new Date(bannedUntilMs).toISOString()
    throw new LamparaError('dial_failed', `Cannot dial ${peerId}: it is banned until ${until}`)
  }
  const dialable = addresses.filter((address) => canDial(address.toString()))
  if (dialable.length === 0) {
    throw new LamparaError('dial_failed', `Cannot dial ${addresses.join(', ')}: no transport here can`)
  }
  const timeout = () => new LamparaError('dial_timeout', `Cannot dial ${peerId}: no connection within ${DIAL_MS} ms`)
  const limit = deadline({ clock, afterMs: DIAL_MS, error: timeout, signal })
  try {
    await raceSignal(libp2p.dial(dialable, { signal: limit.signal }), limit.signal)
  } catch (error) {
    limit.signal.throwIfAborted()
    const code = error instanceof Error && error.name === 'TimeoutError' ? 'dial_timeout' : 'dial_failed'
    // A WebSocket fails with an event, which says nothing more.
    const reason = error instanceof Error ? error.message : 'the connection was refused or broke'
    throw new LamparaError(code, `Cannot dial ${dialable.join(', ')}: ${reason}`, { cause: error })
  } finally {
    limit.cancel()
  }
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
