import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createPartialMessages } from '../../src/platform/node/transports/partial-messages.ts'

const LIMITS = { perSocket: 1_000, total: 2_000 }

async function pair(): Promise<readonly [client: Socket, server: Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  client.on('error', () => {})
  client.resume()
  onTestFinished(() => {
    client.destroy()
    accepted.destroy()
    server.close()
  })
  return [client, accepted]
}

it('closes a socket that sends more than its share without completing a message', async () => {
  const partial = createPartialMessages(LIMITS)
  const [client, server] = await pair()
  partial.watch(server, new EventEmitter())
  server.resume()
  client.write(new Uint8Array(1_001))
  await once(client, 'close')
  expect(partial.bytes).toBe(0)
})

it('keeps a socket that completes its messages, however many', async () => {
  const partial = createPartialMessages(LIMITS)
  const [client, server] = await pair()
  const webSocket = new EventEmitter()
  partial.watch(server, webSocket)
  server.on('data', () => webSocket.emit('message'))
  for (let i = 0; i < 20; i++) {
    const read = once(server, 'data')
    client.write(new Uint8Array(900))
    await read
  }
  expect(partial.bytes).toBe(0)
  expect(server.destroyed).toBe(false)
})

it('closes those that hold most when all together hold too much, and keeps the others', async () => {
  const partial = createPartialMessages(LIMITS)
  const pairs = await Promise.all([pair(), pair(), pair()])
  for (const [, server] of pairs) partial.watch(server, new EventEmitter())
  for (const [index, bytes] of [300, 950, 800].entries()) {
    const [client, server] = pairs[index]!
    const read = once(server, 'data')
    client.write(new Uint8Array(bytes))
    await read
  }
  await once(pairs[1]![0], 'close')
  expect(pairs.map(([, server]) => server.destroyed)).toEqual([false, true, false])
  expect(partial.bytes).toBe(1_100)
})
