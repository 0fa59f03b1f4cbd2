import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Connection, Libp2p, StreamCloseEvent } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { closeConnection } from '../../src/peers/connections/dial.ts'
import { platform } from '../../src/platform/node/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { failOnUnhandledRejections } from '../kit/leaks.ts'
import { type ScenarioNode, startScenarioNode } from '../transports/scenario/node.ts'
import { closed, count, KIB, MIB, sendBytes } from '../transports/scenario/streams.ts'

const PROTOCOL = '/test/1'

failOnUnhandledRejections()
const nodes: ScenarioNode[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

const listenOn = { tcp: '/ip4/127.0.0.1/tcp/0', websocket: '/ip4/127.0.0.1/tcp/0/ws' } as const
type Kind = keyof typeof listenOn

async function startNode(kind: Kind, listen: string[] = []): Promise<ScenarioNode> {
  const node = await startScenarioNode(platform, { transports: { only: [kind] }, listen })
  nodes.push(node)
  return node
}

const startListener = (kind: Kind): Promise<ScenarioNode> => startNode(kind, [listenOn[kind]])

function dial(dialer: ScenarioNode, address: string): Promise<Connection> {
  return dialer.services.lampara.dial(multiaddr(address), AbortSignal.timeout(45_000))
}

function accepted(listener: ScenarioNode): Promise<Connection> {
  return new Promise((resolve) => {
    listener.addEventListener('connection:open', ({ detail }) => resolve(detail), { once: true })
  })
}

/** Has one side write so many bytes and close. @returns what the other one got, and how its connection ended */
async function writeAndClose(from: Connection, to: { node: Libp2p; connection: Connection }, bytes: number) {
  const got = Promise.withResolvers<number>()
  await to.node.handle(PROTOCOL, (stream) => {
    const counter = count(stream)
    void closed(stream).then(() => got.resolve(counter.bytes))
  })
  const end = new Promise<StreamCloseEvent>((resolve) => to.connection.addEventListener('close', resolve))
  const stream = await from.newStream(PROTOCOL)
  await sendBytes(stream, bytes)
  await stream.close()
  await from.close({ signal: AbortSignal.timeout(45_000) })
  const { error } = await end
  return { bytes: await got.promise, error, statuses: [from.status, to.connection.status] }
}

// QUIC's add-on ends a connection at once, whatever is under way.
describe.each(['tcp', 'websocket'] as const)('over %s', (kind) => {
  for (const bytes of [KIB, 250 * KIB, 4 * MIB]) {
    for (const who of ['dialed', 'was dialed']) {
      it(`the last ${bytes / KIB} KiB before a close arrive, and the close is told as one, by the one that ${who}`, async () => {
        const listener = await startListener(kind)
        const dialer = await startNode(kind)
        const inbound = accepted(listener)
        // Both still agree on streams of their own.
        const there = { node: dialer, connection: await dial(dialer, String(listener.getMultiaddrs()[0])) }
        const here = { node: listener, connection: await inbound }
        const [from, to] = who === 'dialed' ? [there, here] : [here, there]
        const statuses = ['closed', 'closed']
        expect(await writeAndClose(from.connection, to, bytes)).toEqual({ bytes, error: undefined, statuses })
      })
    }
  }
})

/** Stands between two nodes, and passes on bytes but no ends. */
async function startEndless(port: number): Promise<{ server: Server; port: number; dialed: Promise<Socket> }> {
  const dialed = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    near.on('data', (data) => far.write(data))
    far.on('data', (data) => near.write(data))
    for (const socket of [near, far]) socket.on('error', () => {})
    dialed.resolve(near)
    near.on('close', () => far.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port, dialed: dialed.promise }
}

describe('over TCP, a connection whose other side ends nothing', () => {
  async function toEndless() {
    const listener = await startListener('tcp')
    const { server, ...endless } = await startEndless(Number(listener.getMultiaddrs()[0]!.getComponents()[1]!.value))
    const dialer = await startNode('tcp')
    const connection = await dial(dialer, `/ip4/127.0.0.1/tcp/${endless.port}/p2p/${listener.peerId}`)
    const near = await endless.dialed
    return { listener, dialer, connection, near, stop: () => server.close() }
  }

  /** Resolves when what is written finds nobody any more. */
  async function expectGone(near: Socket): Promise<void> {
    await expect
      .poll(() => {
        near.resume().write('?')
        return near.destroyed
      })
      .toBe(true)
  }

  it('is released all the same when it is closed', async () => {
    const { connection, near, stop } = await toEndless()
    await connection.close()
    expect(connection.status).toBe('closed')
    await expectGone(near)
    stop()
  })

  it('is released when it reads nothing either, and much is to be sent', async () => {
    const { listener, connection, near, stop } = await toEndless()
    await listener.handle(PROTOCOL, (stream) => void count(stream))
    const stream = await connection.newStream(PROTOCOL)
    near.pause()
    const sending = sendBytes(stream, 40 * MIB).catch(() => 'broken')
    await closeConnection(connection, systemClock)
    expect(await sending).toBe('broken')
    await expectGone(near)
    stop()
  })

  it('holds up no stop', async () => {
    const { dialer, near, stop } = await toEndless()
    await dialer.stop()
    expect(dialer.getConnections()).toEqual([])
    await expectGone(near)
    stop()
  })
})
