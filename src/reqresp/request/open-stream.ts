import type { Connection, Libp2p, Stream, StreamMuxer } from '@libp2p/interface'
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
  return opened(connection, connection.newStream(protocolIds, { signal }), signal)
}

/**
 * Opens a stream to a connected peer on which nothing is negotiated, for the caller to propose the protocol; never dials.
 *
 * @returns undefined where libp2p keeps its muxer to itself
 * @throws LamparaError as `openStream()`; the signal's reason
 */
export async function openRawStream(
  libp2p: Pick<Libp2p, 'getConnections'>,
  peer: string,
  protocolId: string,
  signal: AbortSignal,
): Promise<Stream | undefined> {
  const connection = connectionTo(libp2p, peer)
  const { muxer } = connection as Connection & { readonly muxer?: StreamMuxer }
  if (muxer === undefined) return undefined
  const stream = await opened(connection, Promise.resolve(muxer.createStream({ signal })), signal)
  stream.protocol = protocolId
  return stream
}

async function opened(connection: Connection, opening: Promise<Stream>, signal: AbortSignal): Promise<Stream> {
  try {
    return await raceSignal(opening, signal)
  } catch (error) {
    // It may still open, or have opened at the moment of the abort.
    opening.then((stream) => reset(stream, error)).catch(() => {})
    if (signal.aborted) throw signal.reason
    throw new LamparaError(failureOf(error, connection), messageOf(error), { cause: error })
  }
}

/** True while there is an open connection to the peer. */
export function isConnected(libp2p: Pick<Libp2p, 'getConnections'>, peer: string): boolean {
  return findConnection(libp2p, peer) !== undefined
}

function connectionTo(libp2p: Pick<Libp2p, 'getConnections'>, peer: string): Connection {
  const found = findConnection(libp2p, peer)
  if (found !== undefined) return found
  try {
    peerIdFromString(peer)
  } catch (error) {
    throw new LamparaError('invalid_argument', `not a valid peer id: ${messageOf(error)}`, { cause: error })
  }
  throw new LamparaError('peer_unavailable', 'it is not connected')
}

/** Connections know their peer's id as text; taking one apart for each request costs more than looking through them. */
function findConnection(libp2p: Pick<Libp2p, 'getConnections'>, peer: string): Connection | undefined {
  return libp2p
    .getConnections()
    .find(
      ({ status, limits, remotePeer }) => status === 'open' && limits === undefined && remotePeer.toString() === peer,
    )
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
