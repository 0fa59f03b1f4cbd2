import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { secureWebSockets } from '../../src/platform/node/transports/secure-web-sockets.ts'
import { limitWebSockets } from '../../src/platform/node/transports/websocket-limits.ts'
import type { Libp2pTransport } from '../../src/platform/transports.ts'
import { cleanUpAfterEach, startNetwork, testChain } from '../kit/network.ts'
import { selfSigned } from '../kit/self-signed.ts'
import { count, KIB, MIB } from '../transports/scenario/streams.ts'

cleanUpAfterEach()
const WS = '/ip4/127.0.0.1/tcp/0/ws'
const PROTOCOL = '/test/1'

const nodes: Libp2p[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const node of nodes.splice(0)) await node.stop()
})

/** A WebSocket listener that waits a moment for unknown peers. */
const impatient: Libp2pTransport = (components) => {
  const transport = webSockets()(components)
  const createListener = transport.createListener.bind(transport)
  transport.createListener = (options) => limitWebSockets(createListener(options), { handshakeMs: 100 })
  return transport
}

async function startNode(transport: Libp2pTransport, listen: string[]): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen },
    transports: [transport],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
  })
  nodes.push(node)
  return node
}

function portOf(address: unknown): number {
  return Number(/\/tcp\/(\d+)\//.exec(String(address))?.[1])
}

function watched<T extends Socket>(socket: T): { readonly socket: T; readonly closed: Promise<unknown> } {
  sockets.push(socket)
  socket.on('error', () => {})
  // Anyone who reads nothing learns of no end.
  socket.resume()
  return { socket, closed: new Promise((resolve) => socket.once('close', resolve)) }
}

describe('a WebSocket listener in Node', () => {
  it('releases who says nothing, or never comes to the end of its request, and keeps who connects', async () => {
    const listener = await startNode(impatient, [WS])
    await listener.handle(PROTOCOL, (stream) => {
      const counter = count(stream, (data) => void stream.send(data.slice()))
      void counter.ended.then(() => stream.close())
    })
    const [address] = listener.getMultiaddrs()
    const dialer = await startNode(webSockets(), [])
    const connection = await dialer.dial(address!)
    const silent = watched(connect(portOf(address), '127.0.0.1'))
    const slow = watched(connect(portOf(address), '127.0.0.1'))
    slow.socket.write('GET / HTTP/1.1\r\nupgrade: webso')
    await Promise.all([silent.closed, slow.closed])
    const stream = await connection.newStream(PROTOCOL)
    const counter = count(stream)
    stream.send(new Uint8Array(KIB))
    await stream.close()
    await counter.ended
    expect(counter.bytes).toBe(KIB)
  })

  it.each(['ws', 'tls/ws'])('on /%s releases everyone when it stops', async (kind) => {
    const { cert, key } = selfSigned()
    const tls = secureWebSockets({ value: { cert, key }, watch: () => () => {} })
    const network = await startNetwork({
      chain: testChain(),
      listen: [`/ip4/127.0.0.1/tcp/0/${kind}`],
      ...(kind !== 'ws' && { transports: { except: ['websocket'], add: [tls] } }),
    })
    const port = portOf(network.addresses[0])
    const silent = watched(connect(port, '127.0.0.1'))
    const greeted = watched(
      kind === 'ws' ? connect(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', ca: cert }),
    )
    await Promise.all([
      once(silent.socket, 'connect'),
      once(greeted.socket, kind === 'ws' ? 'connect' : 'secureConnect'),
    ])
    await network.stop()
    await Promise.all([silent.closed, greeted.closed])
  })

  it('ends the connection of who sends frames that are not valid, and nothing else', async () => {
    const network = await startNetwork({ chain: testChain(), listen: [WS] })
    const { socket, closed } = watched(connect(portOf(network.addresses[0]), '127.0.0.1'))
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    await once(socket, 'data')
    socket.write(Uint8Array.of(0xff, 0xff, 1, 2, 3, 4))
    await closed
    expect(network.status.state).not.toBe('stopped')
  })

  it('keeps no message of an unknown peer that is larger than any handshake’s', async () => {
    const network = await startNetwork({ chain: testChain(), listen: [WS] })
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(network.addresses[0])}`)
    await once(socket, 'open')
    socket.send(new Uint8Array(2 * MIB))
    const [{ code }] = await once(socket, 'close')
    expect(code).toBe(1009)
  })
})
