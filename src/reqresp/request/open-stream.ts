import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { LamparaError, type LamparaErrorCode, messageOf } from '../../errors/index.ts'
import { raceSignal } from '../../streams/abort.ts'
import { reset } from '../stream-io.ts'

/**
 * Opens a stream to a connected peer for the first of the protocols that it speaks; `stream.protocol` tells which. Never dials.
 *
 * @throws LamparaError `invalid_argument`, `peer_unavailable`, `peer_disconnected`, `protocol_unsupported`, `dial_failed`;
 * the signal's reason
 */
export async function openStream(
  libp2p: Pick<Libp2p, 'getConnections'>,
  peer: string,
  protocolIds: string[],
  signal: AbortSignal,
): Promise<Stream> {
  const connection = connectionTo(libp2p, peer)
  if (!connection) throw new LamparaError('peer_unavailable', 'it is not connected')
  const opening = connection.newStream(protocolIds, { signal })
  try {
    return await raceSignal(opening, signal)
  } catch (error) {
    // It may still open, or have opened at the moment of the abort.
    opening.then((stream) => reset(stream, error)).catch(() => {})
    if (signal.aborted) throw signal.reason
    throw new LamparaError(failureOf(error, connection), messageOf(error), { cause: error })
  }
}

function connectionTo(libp2p: Pick<Libp2p, 'getConnections'>, peer: string): Connection | undefined {
  // Connections know their peer's id as text; taking one apart for each request costs more than looking through them.
  const found = libp2p
    .getConnections()
    .find(
      ({ status, limits, remotePeer }) => status === 'open' && limits === undefined && remotePeer.toString() === peer,
    )
  if (found !== undefined) return found
  try {
    peerIdFromString(peer)
  } catch (error) {
    throw new LamparaError('invalid_argument', `not a valid peer id: ${messageOf(error)}`, { cause: error })
  }
  return undefined
}

/** libp2p's errors have stable names, while `instanceof` fails across copies of its packages. */
const failures: Readonly<Record<string, LamparaErrorCode>> = {
  UnsupportedProtocolError: 'protocol_unsupported',
  ConnectionClosedError: 'peer_disconnected',
  StreamResetError: 'peer_disconnected',
  StreamClosedError: 'peer_disconnected',
  StreamStateError: 'peer_disconnected',
  UnexpectedEOFError: 'peer_disconnected',
}

function failureOf(error: unknown, connection: Connection): LamparaErrorCode {
  if (connection.status !== 'open') return 'peer_disconnected'
  return (error instanceof Error ? failures[error.name] : undefined) ?? 'dial_failed'
}
