import type { Stream } from '@libp2p/interface'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { withSafeSend } from '../../src/network/node/safe-muxer.ts'

/** What a test does with a stream that a peer opened. Called in the turn in which libp2p hands it over. */
export type StreamHandler = (stream: Stream) => void

/** Two libp2p nodes connected over TCP on the loopback. */
export interface Libp2pPair {
  /** Opens a stream from one node to the other. */
  open(handler: StreamHandler): Promise<Stream>
  /** As `open`, giving the stream of either side once the responder has its own. */
  streams(): Promise<{ dialer: Stream; listener: Stream }>
  readonly dialer: Libp2p
  readonly listener: Libp2p
  stop(): Promise<void>
}

export interface Libp2pPairOptions {
  readonly muxer?: 'yamux' | 'mplex'
  readonly maxStreamWindowSize?: number
}

const PROTOCOL = '/lampara/test/1'

/** Starts two nodes and connects them. Stop them when done. */
export async function createLibp2pPair(options: Libp2pPairOptions = {}): Promise<Libp2pPair> {
  const { muxer = 'yamux', maxStreamWindowSize = 1024 * 1024 } = options
  const create = (listen: string[]): Promise<Libp2p> =>
    createLibp2p({
      addresses: { listen },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      connectionManager: {
        // Tests cut connections and dial again more often than unknown peers may.
        inboundConnectionThreshold: 1_000,
        // As in a network. Each stream that comes in keeps a timer for so long.
        inboundStreamProtocolNegotiationTimeout: 2_000,
      },
      // mplex falls silent after five new streams in a second unless told otherwise.
      streamMuxers: [
        withSafeSend<unknown>(
          muxer === 'yamux' ? yamux({ streamOptions: { maxStreamWindowSize } }) : mplex({ disconnectThreshold: 1000 }),
        ),
      ],
    })
  const [dialer, listener] = await Promise.all([create([]), create(['/ip4/127.0.0.1/tcp/0'])])
  let handler: StreamHandler = (stream) => stream.abort(new Error('no handler'))
  await listener.handle(PROTOCOL, (stream) => handler(stream), { maxInboundStreams: 100 })
  const address = listener.getMultiaddrs()
  await dialer.dial(address)
  const open = (next: StreamHandler): Promise<Stream> => {
    handler = next
    return dialer.dialProtocol(address, PROTOCOL, { maxOutboundStreams: 100 })
  }
  return {
    open,
    async streams() {
      let resolve = (_: Stream): void => {}
      const received = new Promise<Stream>((settle) => {
        resolve = settle
      })
      const [dialerStream, listenerStream] = await Promise.all([open(resolve), received])
      return { dialer: dialerStream, listener: listenerStream }
    },
    dialer,
    listener,
    async stop() {
      // One after the other: both at once wait half a second for each other to close.
      await dialer.stop()
      await listener.stop()
    },
  }
}
