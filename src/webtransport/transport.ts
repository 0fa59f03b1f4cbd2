import { type Connection, type DialTransportOptions, type PeerId, transportSymbol } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'
import type { Libp2pTransport } from '../platform/transports.ts'
import { onAbort, raceSignal } from '../streams/abort.ts'
import { digestOf, readWebTransportAddress, type WebTransportAddress } from './address.ts'
import { SessionConnection } from './session-connection.ts'
import { sessionMuxer } from './session-muxer.ts'
import { SessionStream } from './session-stream.ts'

/**
 * WebTransport of the browser as a libp2p transport (libp2p specs, webtransport/README.md). The certificate is taken on the
 * address's word, and the peer proves by noise, on a stream of its own, who it is and that the certificate is its own.
 *
 * Ours, since `@libp2p/webtransport` 6.0.39 breaks a stream that is paused and resumed (it reads on with a reader that it gave
 * back), and does not report a connection that the other side cut off.
 *
 * Dialing rejects with `address_invalid` for an address without certificate, `dial_failed` when there is no session available or
 * the peer does not prove itself, and the signal's reason.
 */
export const webTransport: Libp2pTransport = ({ logger }) => {
  const log = logger.forComponent('lampara:webtransport')
  return {
    [transportSymbol]: true,
    [Symbol.toStringTag]: '@lampara/webtransport',
    dialFilter: (addresses) => addresses,
    listenFilter: () => [],
    createListener() {
      throw new LamparaError('runtime_unsupported', 'Cannot listen for WebTransport: browsers only dial')
    },
    async dial(address, options) {
      const { signal } = options
      signal.throwIfAborted()
      const target = readWebTransportAddress(address)
      const session = new WebTransport(target.url, {
        serverCertificateHashes: target.certhashes.map((hash) => ({ algorithm: 'sha-256', value: digestOf(hash) })),
      })
      session.closed.catch(() => {})
      const forget = onAbort(signal, () => session.close())
      try {
        await raceSignal(ready(session, address), signal)
        const connection = new SessionConnection(session, {
          remoteAddr: address,
          direction: 'outbound',
          log: log.newScope('connection'),
        })
        const remotePeer = await authenticate(session, connection, target, options)
        return await raceSignal(upgrade(session, connection, remotePeer, options), signal)
      } catch (error) {
        session.close()
        throw error
      } finally {
        forget()
      }
    },
  }
}

/** A page is told no more than that there is no session. */
async function ready(session: WebTransport, address: Multiaddr): Promise<void> {
  try {
    await session.ready
  } catch (error) {
    throw LamparaError.from(error, 'dial_failed', `Cannot dial ${address}`)
  }
}

async function authenticate(
  session: WebTransport,
  connection: SessionConnection,
  { certhashes, peerId }: WebTransportAddress,
  { upgrader, signal }: DialTransportOptions,
): Promise<PeerId> {
  const noise = upgrader.getConnectionEncrypters().get('/noise')
  if (noise === undefined) throw new LamparaError('dial_failed', 'Cannot dial by WebTransport: the node has no noise')
  const { log } = connection
  const opened = await raceSignal(session.createBidirectionalStream(), signal)
  const stream = new SessionStream(opened, { id: 'noise', direction: 'outbound', log: log.newScope('noise') })
  const expected = peerId === undefined ? undefined : peerIdFromString(peerId)
  const { remotePeer, remoteExtensions } = await raceSignal(
    noise.secureOutbound(stream, {
      signal,
      skipStreamMuxerNegotiation: true,
      ...(expected !== undefined && { remotePeer: expected }),
    }),
    signal,
  )
  // Its bytes are on their way: nothing more is said on it.
  stream.close({ signal }).catch(() => {})
  if (expected !== undefined && !expected.equals(remotePeer)) throw refusal(`${remotePeer} is there, not ${expected}`)
  const { webtransportCerthashes: told = [] } = remoteExtensions as { webtransportCerthashes?: Uint8Array[] }
  if (!certhashes.every((hash) => told.some((other) => sameBytes(hash, other)))) {
    throw refusal(`the certificate is not one of ${remotePeer}`)
  }
  return remotePeer
}

function upgrade(
  session: WebTransport,
  connection: SessionConnection,
  remotePeer: PeerId,
  options: DialTransportOptions,
): Promise<Connection> {
  return options.upgrader.upgradeOutbound(connection, {
    ...options,
    skipEncryption: true,
    skipProtection: true,
    remotePeer,
    muxerFactory: sessionMuxer(session),
  })
}

function refusal(reason: string): LamparaError {
  return new LamparaError('dial_failed', `Cannot dial by WebTransport: ${reason}`)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
