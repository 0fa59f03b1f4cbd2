import type { PeerId, PrivateKey, Upgrader } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import type { Multiaddr } from '@multiformats/multiaddr'
import { noopLogger } from '../../../src/network/node/noop-logger.ts'
import { type ClosableSession, SessionConnection } from '../../../src/webtransport/session-connection.ts'
import { type StreamSession, sessionMuxer } from '../../../src/webtransport/session-muxer.ts'
import { SessionStream } from '../../../src/webtransport/session-stream.ts'

/** Who meets a session. */
export interface SessionHost {
  readonly peerId: PeerId
  readonly privateKey: PrivateKey
  readonly upgrader: Upgrader
}

const HANDSHAKE_MS = 10_000
const log = noopLogger.forComponent('')

/** The listening side of a session: noise on its first stream, where it says which certificates are its own, then libp2p. */
export async function meetSession(
  session: StreamSession & ClosableSession,
  host: SessionHost,
  options: { readonly remoteAddr: Multiaddr; readonly certhashes: Uint8Array[] },
): Promise<void> {
  const { remoteAddr, certhashes } = options
  const { peerId, privateKey, upgrader } = host
  const signal = AbortSignal.timeout(HANDSHAKE_MS)
  const over = new SessionConnection(session, { remoteAddr, direction: 'inbound', log })
  const incoming = session.incomingBidirectionalStreams.getReader()
  const { value: first } = await incoming.read()
  incoming.releaseLock()
  if (first === undefined) throw new Error('the session ended before its peer said who it is')
  const stream = new SessionStream(first, { id: 'noise', direction: 'inbound', log })
  const encrypter = noise({ extensions: { webtransportCerthashes: certhashes } })({
    peerId,
    privateKey,
    upgrader,
    logger: noopLogger,
  })
  const { remotePeer } = await encrypter.secureInbound(stream, { signal, skipStreamMuxerNegotiation: true })
  stream.close().catch(() => {})
  await upgrader.upgradeInbound(over, {
    signal,
    skipEncryption: true,
    skipProtection: true,
    remotePeer,
    muxerFactory: sessionMuxer(session),
  })
}
