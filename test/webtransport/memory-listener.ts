import {
  type CreateListenerOptions,
  type Listener,
  type ListenerEvents,
  TypedEventEmitter,
  transportSymbol,
} from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Libp2pTransport } from '../../src/platform/transports.ts'
import { meetSession, type SessionHost } from '../kit/webtransport-peer/meet-session.ts'
import { type FakeSession, sessionPair } from './fake-session.ts'

const CERTHASH = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(1))

/** Sessions that lead to listeners in the same process. */
export interface SessionNet {
  /** In the place of the browser's `WebTransport`. */
  readonly WebTransport: unknown
  readonly listening: Libp2pTransport
  /** Sessions that neither side has closed. */
  readonly live: number
}

export function createSessionNet(): SessionNet {
  const listeners = new Map<string, (session: FakeSession) => Promise<void>>()
  let ports = 0
  let live = 0

  function WebTransport(url: string): FakeSession & { readonly ready: Promise<void> } {
    const { ends, over } = sessionPair()
    const meet = listeners.get(new URL(url).host)
    if (meet === undefined) return { ...ends[0], ready: Promise.reject(new Error('Opening handshake failed.')) }
    live++
    void over.then(() => live--)
    meet(ends[1]).catch(() => ends[1].close())
    return { ...ends[0], ready: Promise.resolve() }
  }

  class MemoryListener extends TypedEventEmitter<ListenerEvents> implements Listener {
    readonly #host: SessionHost
    readonly #port = ++ports
    readonly #sessions = new Set<FakeSession>()

    constructor(host: SessionHost) {
      super()
      this.#host = host
    }

    async listen(): Promise<void> {
      const remoteAddr = multiaddr('/ip4/127.0.0.1/udp/1/quic-v1/webtransport')
      listeners.set(`127.0.0.1:${this.#port}`, (session) => {
        this.#sessions.add(session)
        void session.closed.then(() => this.#sessions.delete(session))
        return meetSession(session, this.#host, { remoteAddr, certhashes: [CERTHASH] })
      })
      this.safeDispatchEvent('listening')
    }

    getAddrs(): Multiaddr[] {
      const certhash = `u${Buffer.from(CERTHASH).toString('base64url')}`
      return [multiaddr(`/ip4/127.0.0.1/udp/${this.#port}/quic-v1/webtransport/certhash/${certhash}`)]
    }

    updateAnnounceAddrs(): void {}

    async close(): Promise<void> {
      listeners.delete(`127.0.0.1:${this.#port}`)
      for (const session of this.#sessions) session.close()
      this.safeDispatchEvent('close')
    }
  }

  return {
    WebTransport,
    listening: ({ peerId, privateKey }) => ({
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'webtransport-in-memory',
      dialFilter: () => [],
      listenFilter: (addresses) => addresses,
      createListener: ({ upgrader }: CreateListenerOptions) => new MemoryListener({ peerId, privateKey, upgrader }),
      dial: () => Promise.reject(new Error('it only listens')),
    }),
    get live() {
      return live
    },
  }
}
