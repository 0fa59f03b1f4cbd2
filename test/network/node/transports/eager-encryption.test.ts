import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { platform } from '../../../../src/platform/node/index.ts'
import { type ScenarioNode, startScenarioNode } from '../../../transports/scenario/node.ts'

const PROPOSAL = '\x13/multistream/1.0.0\n\x07/noise\n'
/** Noise's first message: its length, and an ephemeral key. */
const FIRST_MESSAGE_BYTES = 2 + 32

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function start(): Promise<ScenarioNode> {
  const node = await startScenarioNode(platform, { transports: { only: ['tcp'] }, listen: ['/ip4/127.0.0.1/tcp/0'] })
  stops.push(() => node.stop())
  return node
}

const patience = () => AbortSignal.timeout(45_000)

describe('a dial over TCP', () => {
  it('begins noise together with its proposal, before anything is answered', async () => {
    const begun = Promise.withResolvers<string>()
    const port = await listen((socket) => {
      let received = ''
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text
        if (received.length >= PROPOSAL.length + FIRST_MESSAGE_BYTES) begun.resolve(received)
      })
    })
    const [dialer, listener] = [await start(), await start()]
    const ended = new AbortController()
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${listener.peerId}`)
    const dialing = dialer.services.lampara.dial(address, ended.signal)
    const received = await begun.promise
    expect(received.slice(0, PROPOSAL.length)).toBe(PROPOSAL)
    expect(received).toHaveLength(PROPOSAL.length + FIRST_MESSAGE_BYTES)
    ended.abort(new Error('seen'))
    await expect(dialing).rejects.toThrow()
  })

  it('connects where the answer arrives byte by byte', async () => {
    const [dialer, listener] = [await start(), await start()]
    const target = Number(listener.getMultiaddrs()[0]!.toString().split('/')[4])
    const port = await listen((near) => {
      const far = connect(target, '127.0.0.1').setNoDelay()
      near.setNoDelay()
      far.on('error', () => {})
      near.on('data', (bytes) => far.write(bytes))
      far.on('data', (bytes) => {
        for (const byte of bytes) near.write(Uint8Array.of(byte))
      })
      near.on('close', () => far.destroy())
      far.on('close', () => near.destroy())
    })
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${listener.peerId}`)
    const connection = await dialer.services.lampara.dial(address, patience())
    expect(connection.remotePeer.equals(listener.peerId)).toBe(true)
    await connection.close()
  })

  it.each([
    ['declines noise', '\x13/multistream/1.0.0\n\x03na\n'],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['accepts another protocol', '\x13/multistream/1.0.0\n\x07/nose!\n'],
  ])('fails, and closes the connection, where the other side %s', async (_what, answer) => {
    const closed = Promise.withResolvers<void>()
    const port = await listen((socket) => {
      socket.once('data', () => socket.write(Buffer.from(answer, 'latin1')))
      socket.on('close', () => closed.resolve())
      socket.resume()
    })
    const [dialer, listener] = [await start(), await start()]
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${listener.peerId}`)
    await expect(dialer.services.lampara.dial(address, patience())).rejects.toThrow()
    await closed.promise
    expect(dialer.getConnections()).toEqual([])
  })
})
