import {
  type CreateListenerOptions,
  type Listener,
  type ListenerEvents,
  TypedEventEmitter,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Libp2pTransport } from '../../../src/platform/transports.ts'
import type { SelfSigned } from '../self-signed.ts'
import { meetSession } from './meet-session.ts'
import { type QuicConnection, type QuicEndpoint, type QuicListener, quic } from './quic.ts'
import { acceptSession } from './session.ts'

/** The listening half of WebTransport for libp2p, in Deno. */
export function webTransportListener({ cert, key, hash }: Pick<SelfSigned, 'cert' | 'key' | 'hash'>): Libp2pTransport {
  const certhash = Uint8Array.of(0x12, 0x20, ...hash)
  return ({ peerId, privateKey }) => {
    async function meet(connection: QuicConnection, upgrader: Upgrader): Promise<void> {
      const session = await acceptSession(connection)
      const { hostname, port } = connection.remoteAddr
      const remoteAddr = multiaddr(`/ip4/${hostname}/udp/${port}/quic-v1/webtransport`)
      await meetSession(session, { peerId, privateKey, upgrader }, { remoteAddr, certhashes: [certhash] })
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
          // Anyone who gives up meanwhile is released.
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
