import { createServer, type Server, type Socket } from 'node:net'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { createGateway, type GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { withSafeSend } from '../../src/network/node/safe-muxer.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { collectTunnelReply, encodeTunnelRequest, type TunnelReply } from '../../src/tunnel/frames.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import { type StreamTap, tapStream } from '../../src/tunnel/stream-tap.ts'
import type { TunnelTarget } from '../../src/tunnel/target.ts'
import { until } from './leaks.ts'
import { createLibp2pPair, type Libp2pPairOptions } from './libp2p-pair.ts'
import { somePeerId } from './tunnel.ts'

/** A stream that asked for a tunnel. */
export interface ClientTunnel {
  readonly stream: Stream
  readonly tap: StreamTap
  readonly reply: Promise<TunnelReply>
  /** Bytes of the target so far. */
  readonly received: number
  bytes(): Uint8Array
  /** Resolves at the target's end, as the gateway passed it on. */
  readonly ended: Promise<void>
  /** Resolves when the stream is over as a whole, with the error where it was no good end. */
  readonly closed: Promise<Error | undefined>
}

/** A TCP server to lead tunnels to. */
export interface TargetServer {
  readonly target: TunnelTarget
  readonly sockets: readonly Socket[]
  /** The next socket. */
  accepted(): Promise<Socket>
  stop(): Promise<void>
}

/** Starts a TCP server on the loopback whose sockets may be half closed. */
export async function startTarget(onSocket: (socket: Socket) => void = () => {}): Promise<TargetServer> {
  const sockets: Socket[] = []
  let wake = (): void => {}
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {})
    onSocket(socket)
    sockets.push(socket)
    wake()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  let taken = 0
  return {
    target: { peerId: await somePeerId(), host: { kind: 'ip4', value: '127.0.0.1' }, port },
    sockets,
    async accepted() {
      if (sockets.length <= taken) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return sockets[taken++]!
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface GatewayPairOptions extends Partial<GatewayOptions>, Libp2pPairOptions {
  /** Where a client comes from, in the gateway's eyes. @default this machine */
  readonly cameFrom?: (peerId: string) => string
}

/** A client and a gateway, connected over TCP; more clients can be added. */
export async function createGatewayPair(options: GatewayPairOptions = {}) {
  const { muxer = 'yamux', cameFrom, ...rest } = options
  const pair = await createLibp2pPair({ muxer })
  const gateway = createGateway({ clock: systemClock, isKnown: () => true, policy: 'devnet', ...rest })
  const handle: typeof gateway.handle = (stream, { remotePeer, remoteAddr }) =>
    gateway.handle(stream, {
      remotePeer,
      remoteAddr: cameFrom === undefined ? remoteAddr : multiaddr(cameFrom(remotePeer.toString())),
    })
  await pair.listener.handle(tunnelProtocol, handle, { maxInboundStreams: 1_000 })
  const added: Libp2p[] = []

  // More than ten streams before the listener has the connection, too, would end it.
  await until(
    () => pair.listener.getConnections().length === 1,
    () => 'the listener has no connection',
  )

  async function openStream(client: Libp2p = pair.dialer): Promise<Stream> {
    const [connection] = client.getConnections()
    if (connection === undefined) throw new Error('not connected')
    return connection.newStream(tunnelProtocol, { maxOutboundStreams: 1_000 })
  }

  /** Connects another client, with an identity of its own. @returns how it asks */
  async function addClient(): Promise<typeof ask> {
    const client = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [withSafeSend<unknown>(yamux())],
    })
    added.push(client)
    await client.dial(pair.listener.getMultiaddrs())
    await until(
      () => pair.listener.getConnections(client.peerId).length === 1,
      () => 'the listener has no connection',
    )
    return (request, early) => ask(request, early, client)
  }

  async function ask(
    request: TunnelTarget | Uint8Array,
    early = new Uint8Array(0),
    client = pair.dialer,
  ): Promise<ClientTunnel> {
    const stream = await openStream(client)
    const bytes = request instanceof Uint8Array ? request : encodeTunnelRequest(request)
    stream.send(Uint8Array.from([...bytes, ...early]))
    const collector = collectTunnelReply()
    const reply = Promise.withResolvers<TunnelReply>()
    const ended = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<Error | undefined>()
    reply.promise.catch(() => {})
    let replied = false
    let received = 0
    const pieces: Uint8Array[] = []
    const keep = (piece: Uint8Array): void => {
      received += piece.length
      pieces.push(piece)
    }
    const tap = tapStream(stream, {
      onBytes(piece) {
        if (replied) return keep(piece)
        const whole = collector.push(piece)
        if (whole === undefined) return
        replied = true
        if (whole.rest.length > 0) keep(whole.rest)
        reply.resolve(whole.frame)
      },
      onEnd: ended.resolve,
      onClose(error) {
        reply.reject(error ?? new Error('no reply'))
        closed.resolve(error)
      },
    })
    return {
      stream,
      tap,
      reply: reply.promise,
      get received() {
        return received
      },
      bytes: () => Uint8Array.from(Buffer.concat(pieces)),
      ended: ended.promise,
      closed: closed.promise,
    }
  }

  /** Resolves when the gateway holds nothing any more: no tunnel, no stream, no socket of the target's. */
  async function allFree(target?: TargetServer): Promise<void> {
    const streams = (): number =>
      pair.listener.getConnections().reduce((sum, connection) => sum + connection.streams.length, 0)
    const sockets = (): number => target?.sockets.filter(({ destroyed }) => !destroyed).length ?? 0
    const { counts } = gateway
    await until(
      () => gateway.counts.live + gateway.counts.dialing + streams() + sockets() === 0,
      () => `${counts.live} live, ${streams()} streams, ${sockets()} sockets`,
    )
  }

  return {
    ...pair,
    gateway,
    ask,
    addClient,
    openStream,
    allFree,
    async stop() {
      await gateway.stop()
      for (const client of added) await client.stop()
      await pair.stop()
    },
  }
}
