import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node/index.ts'
import { startScenarioNode } from './scenario/node.ts'
import { type ScenarioContext, scenarios } from './scenario/scenarios.ts'
import { serveScenarios } from './scenario/serve.ts'

type Node = Awaited<ReturnType<typeof startScenarioNode>>

const STRANGER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

const kinds = [
  { name: 'tcp', listen: '/ip4/127.0.0.1/tcp/0', silent: (port: number) => `/ip4/127.0.0.1/tcp/${port}` },
  { name: 'websocket', listen: '/ip4/127.0.0.1/tcp/0/ws', silent: (port: number) => `/ip4/127.0.0.1/tcp/${port}/ws` },
  {
    name: 'quic',
    listen: '/ip4/127.0.0.1/udp/0/quic-v1',
    silent: (port: number) => `/ip4/127.0.0.1/udp/${port}/quic-v1`,
  },
] as const

const transports = await platform.transports()
const sockets: Socket[] = []
const server = createServer((socket) => {
  sockets.push(socket)
  socket.on('error', () => {})
  socket.resume()
})
const hole = createSocket('udp4')
let port = 0

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as { port: number }).port
  hole.bind(port, '127.0.0.1')
  await once(hole, 'listening')
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
  hole.close()
})

it('has QUIC where its add-on is installed', () => {
  expect(transports.map(({ name }) => name)).toEqual(['quic', 'tcp', 'websocket'])
})

describe.each(kinds)('$name between two nodes', ({ name, listen, silent }) => {
  let listener: Node
  let dialer: Node
  let context: ScenarioContext

  beforeAll(async () => {
    listener = await startScenarioNode(platform, { listen: [listen] })
    await serveScenarios(listener)
    dialer = await startScenarioNode(platform, { transports: { only: [name] } })
    const [address] = listener.getMultiaddrs()
    context = {
      libp2p: dialer,
      address: String(address),
      silent: `${silent(port)}/p2p/${listener.peerId}`,
      stranger: STRANGER,
    }
  })
  afterAll(async () => {
    await dialer?.stop()
    await listener?.stop()
  })

  afterEach(() => {
    for (const connection of dialer.getConnections()) connection.abort(new Error('the test is over'))
  })

  it.each(scenarios)('$name', async ({ run }) => {
    await run(context)
    await expect.poll(() => listener.getConnections(), { timeout: 5_000 }).toEqual([])
    await expect.poll(() => sockets.every((socket) => socket.readyState === 'closed'), { timeout: 5_000 }).toBe(true)
  })
})
