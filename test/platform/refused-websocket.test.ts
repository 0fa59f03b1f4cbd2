import { once } from 'node:events'
import { connect } from 'node:net'
import { noise } from '@libp2p/noise'
import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished } from 'vitest'
import { listeningWebSockets } from '../../src/platform/node/transports/transports.ts'

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

it('cuts off a client that is refused and does not answer when it is told to close', { timeout: 30_000 }, async () => {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [listeningWebSockets()],
    connectionEncrypters: [noise()],
    connectionGater: { denyInboundConnection: () => true },
  })
  onTestFinished(async () => void (await node.stop()))
  const port = Number(/\/tcp\/(\d+)/.exec(String(node.getMultiaddrs()[0]))![1])
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.resume()
  socket.write(`${UPGRADE.join('\r\n')}\r\n\r\n`)
  // ws itself waits for 30 s.
  const signal = AbortSignal.timeout(20_000)
  await expect(once(socket, 'close', { signal })).resolves.toBeDefined()
})
