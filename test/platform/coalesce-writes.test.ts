import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, expect, it } from 'vitest'
import { withAbortCleanup } from '../../src/platform/abort-cleanup.ts'
import { nodeTransports } from '../../src/platform/node/transports/transports.ts'
import type { Libp2pTransport } from '../../src/platform/transports.ts'
import { count, KIB, MIB, sendBytes } from '../transports/scenario/streams.ts'

const PROTOCOL = '/test/1'
const nodes: Libp2p[] = []
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

async function startNode(transport: Libp2pTransport, listen: string[] = []): Promise<Libp2p> {
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

/** Has a node send so many bytes to a libp2p of no make of ours. @returns the lengths of the WebSocket messages that came */
async function messagesOf(bytes: number): Promise<readonly number[]> {
  const lengths: number[] = []
  const listener = await startNode(
    withAbortCleanup(webSockets(), {
      attach: (connection) => connection.addEventListener('message', ({ data }) => lengths.push(data.byteLength)),
    }),
    ['/ip4/127.0.0.1/tcp/0/ws'],
  )
  const whole = Promise.withResolvers<void>()
  await listener.handle(PROTOCOL, (stream) => {
    const counter = count(stream)
    // Whatever made the stream has come.
    lengths.length = 0
    counter.until(bytes).then(whole.resolve, whole.reject)
  })
  const webSocket = (await nodeTransports()).find(({ name }) => name === 'websocket')!
  const dialer = await startNode(webSocket.create)
  const stream = await dialer.dialProtocol(listener.getMultiaddrs(), PROTOCOL)
  await sendBytes(stream, bytes)
  await whole.promise
  return lengths
}

it('A WebSocket in Node sends what was handed to it at once as one message, not one for each part of its frame', async () => {
  const lengths = await messagesOf(60 * KIB)
  expect(lengths.filter((length) => length > KIB)).toHaveLength(1)
  // The shortest that noise says: a length, a header of the muxer, a tag.
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2 + 12 + 16)
})

it('A WebSocket in Node sends no message of more than 128 KiB, however much it was handed at once', async () => {
  expect(Math.max(...(await messagesOf(2 * MIB)))).toBeLessThanOrEqual(128 * KIB)
})
