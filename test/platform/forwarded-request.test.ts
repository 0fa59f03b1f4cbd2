import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { MultiaddrConnection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forwardedRequest } from '../../src/platform/node/transports/forwarded-request.ts'
import { listeningWebSockets } from '../../src/platform/node/transports/transports.ts'

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

/** The address that a listener takes a client for that sends a header. */
async function addressOf(behindProxy: boolean, header: string): Promise<string> {
  const seen = Promise.withResolvers<string>()
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [listeningWebSockets(behindProxy)],
    connectionEncrypters: [noise()],
    connectionGater: {
      denyInboundConnection({ remoteAddr }: MultiaddrConnection) {
        seen.resolve(remoteAddr.toString())
        return true
      },
    },
  })
  onTestFinished(async () => void (await node.stop()))
  const port = Number(/\/tcp\/(\d+)/.exec(String(node.getMultiaddrs()[0]))![1])
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(`${[...UPGRADE, `X-Forwarded-For: ${header}`].join('\r\n')}\r\n\r\n`)
  return seen.promise
}

describe('X-Forwarded-For', () => {
  it('says whose a connection is behind a proxy, and by its last address: what is before it anyone can write', async () => {
    expect(await addressOf(true, '9.9.9.9, 6.6.6.6')).toMatch(/^\/ip4\/6\.6\.6\.6\//)
  })

  it('is not believed where no proxy is said to be in front', async () => {
    expect(await addressOf(false, '6.6.6.6')).toMatch(/^\/ip4\/127\.0\.0\.1\//)
  })

  it.each(['', 'unknown', '6.6.6', '6.6.6.6, evil', '6.6.6.6:80'])(
    'of "%s" is no address, and is passed over',
    (value) => {
      const request = { headers: { 'x-forwarded-for': value }, socket: { remoteAddress: '127.0.0.1' } }
      expect(forwardedRequest(request as unknown as IncomingMessage)).toBe(request)
    },
  )
})
