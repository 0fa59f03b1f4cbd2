import {
  type CreateListenerOptions,
  type Listener,
  type ListenerEvents,
  TypedEventEmitter,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Libp2pTransport } from '../../../src/platform/transports.ts'
import { SessionConnection } from '../../../src/webtransport/session-connection.ts'
import { sessionMuxer } from '../../../src/webtransport/session-muxer.ts'
import { SessionStream } from '../../../src/webtransport/session-stream.ts'
import type { SelfSigned } from '../self-signed.ts'
import { type QuicConnection, type QuicEndpoint, type QuicListener, quic } from './quic.ts'
import { acceptSession } from './session.ts'

const HANDSHAKE_MS = 10_000

/** The listening half of WebTransport for libp2p, in Deno. */
export function webTransportListener({ cert, key, hash }: Pick<SelfSigned, 'cert' | 'key' | 'hash'>): Libp2pTransport {
  const certhash = Uint8Array.of(0x12, 0x20, ...hash)
  return (components) => {
    const log = components.logger.forComponent('webtransport')
    const encrypter = noise({ extensions: { webtransportCerthashes: [certhash] } })(components)

    async function meet(connection: QuicConnection, upgrader: Upgrader): Promise<void> {
      const session = await acceptSession(connection)
      const { hostname, port } = connection.remoteAddr
      const remoteAddr = multiaddr(`/ip4/${hostname}/udp/${port}/quic-v1/webtransport`)
      const over = new SessionConnection(session, { remoteAddr, direction: 'inbound', log })
      const signal = AbortSignal.timeout(HANDSHAKE_MS)
      const incoming = session.incomingBidirectionalStreams.getReader()
      const { value: first } = await incoming.read()
      incoming.releaseLock()
      if (first === undefined) throw new Error('the session ended before its peer said who it is')
      const stream = new SessionStream(first, { id: 'noise', direction: 'inbound', log })
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

    class WebTransportListener extends TypedEventEmitter<ListenerEvents> implements Listener {
      readonly #upgrader: Upgrader
      #endpoint: QuicEndpoint | undefined
      #listener: QuicListener | undefined

      constructor({ upgrader }: CreateListenerOptions) {
        super()
        this.#upgrader = upgrader
      }

      async listen(address: Multiaddr): Promise<void> {
        const [host, port] = address.getComponents()
        this.#endpoint = new quic.QuicEndpoint({ hostname: host?.value ?? '', port: Number(port?.value) })
        this.#listener = this.#endpoint.listen({
          cert,
          key,
          alpnProtocols: ['h3'],
          maxConcurrentBidirectionalStreams: 256,
          maxIdleTimeout: 20_000,
          keepAliveInterval: 5_000,
        })
        void this.#accept(this.#listener)
        this.safeDispatchEvent('listening')
      }

      async #accept(listener: QuicListener): Promise<void> {
        for await (const incoming of listener) {
          // Whoever gives up meanwhile is let go of.
          incoming.accept().then(
            (connection) => meet(connection, this.#upgrader).catch(() => connection.close()),
            () => {},
          )
        }
      }

      getAddrs(): Multiaddr[] {
        const text = `u${btoa(String.fromCharCode(...certhash))
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .replaceAll('=', '')}`
        const port = this.#endpoint?.addr.port
        return [multiaddr(`/ip4/127.0.0.1/udp/${port}/quic-v1/webtransport/certhash/${text}`)]
      }

      updateAnnounceAddrs(): void {}

      async close(): Promise<void> {
        this.#listener?.stop()
        this.#endpoint?.close()
        this.safeDispatchEvent('close')
      }
    }

    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'webtransport-listener',
      dialFilter: () => [],
      listenFilter: (addresses) => addresses,
      createListener: (options) => new WebTransportListener(options),
      dial: () => Promise.reject(new Error('it only listens')),
    }
  }
}
