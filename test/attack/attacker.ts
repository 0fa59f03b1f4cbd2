import type { MessageStream, Stream, StreamMuxerFactory } from '@libp2p/interface'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { loadQuic } from '../../src/platform/node/transports/load-quic.ts'

/** A libp2p node that writes to the muxer's stream whatever it likes. */
export interface Attacker {
  readonly peerId: string
  /** What the muxer writes to: it may be written to directly, and paused. QUIC has none. */
  readonly raw: MessageStream
  readonly isOpen: boolean
  /** Opens a stream as an honest peer does. */
  open(protocol: string): Promise<Stream>
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const muxers = {
  yamux: yamux({ maxOutboundStreams: 1_000_000 }),
  mplex: mplex({ disconnectThreshold: 1_000_000 }),
} as const

/** Connects a new attacker to an address. */
export async function attack(address: string, muxer: keyof typeof muxers = 'yamux'): Promise<Attacker> {
  const opened = Promise.withResolvers<MessageStream>()
  const isQuic = address.includes('/quic-v1')
  const libp2p = await createLibp2p({
    transports: isQuic ? [(await loadQuic())!] : [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      () => {
        const factory: StreamMuxerFactory = muxers[muxer]()
        const createStreamMuxer = factory.createStreamMuxer.bind(factory)
        factory.createStreamMuxer = (connection) => {
          opened.resolve(connection)
          return createStreamMuxer(connection)
        }
        return factory
      },
    ],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
  })
  const connection = await libp2p.dial(multiaddr(address)).catch(async (error) => {
    await libp2p.stop()
    throw error
  })
  const ended = new Promise<void>((resolve) => {
    connection.addEventListener('close', () => resolve(), { once: true })
  })
  return {
    peerId: libp2p.peerId.toString(),
    raw: isQuic ? (undefined as never) : await opened.promise,
    get isOpen() {
      return connection.status === 'open'
    },
    open: (protocol) => connection.newStream(protocol),
    ended,
    stop: async () => void (await libp2p.stop()),
  }
}

/** A yamux header. */
export function yamuxHeader(type: number, flag: number, streamId: number, length: number): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint8(1, type)
  view.setUint16(2, flag)
  view.setUint32(4, streamId)
  view.setUint32(8, length)
  return bytes
}

/** The same piece so many times. */
export function repeated(count: number, piece: (index: number) => Uint8Array): Uint8Array {
  const pieces = Array.from({ length: count }, (_, index) => piece(index))
  return new Uint8Array(Buffer.concat(pieces))
}

/** Bytes with their length before them, as gossipsub's RPCs go over a stream. */
export function prefixed(bytes: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  return new Uint8Array([...length, ...bytes])
}
