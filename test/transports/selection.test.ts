import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Network, NetworkEvent } from '../../src/network/types.ts'
import { cleanUpAfterEach, startNetwork, testChain, untilPeers } from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()

const TCP = '/ip4/127.0.0.1/tcp/0'
const WS = '/ip4/127.0.0.1/tcp/0/ws'

/** A listener that takes connections and says nothing. */
interface SilentServer {
  readonly address: string
  /** Connections taken so far. */
  readonly sockets: readonly Socket[]
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function silentServer(): Promise<SilentServer> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`, sockets }
}

function addressOf(network: Network, part: RegExp): string {
  const address = network.addresses.find((candidate) => part.test(candidate))
  if (address === undefined) throw new Error(`${network.addresses} has no ${part}`)
  return address
}

/** Gathers events until the network stops. */
function gather(network: Network): NetworkEvent[] {
  const gathered: NetworkEvent[] = []
  void (async () => {
    for await (const event of network.events()) gathered.push(event)
  })()
  return gathered
}

describe('a peer with several addresses', () => {
  it('is reached by the transport that is preferred, in whatever order the addresses are named', async () => {
    const listener = await startNetwork({ chain, listen: [WS, TCP] })
    const named = [addressOf(listener, /\/ws\//), addressOf(listener, /tcp\/\d+\/p2p/)]
    const dialer = await startNetwork({ chain, bootnodes: named })
    await untilPeers(dialer, 1)
    expect(dialer.peers[0]!.address).toBe(named[1])
    await untilPeers(listener, 1)
  })

  it('is reached by the next one when the best is silent, which is released', async () => {
    const silent = await silentServer()
    const listener = await startNetwork({ chain, listen: [WS] })
    const dead = `${silent.address}/p2p/${listener.peerId}`
    const dialer = await startNetwork({ chain, bootnodes: [dead, listener.addresses[0]!] })
    const events = gather(dialer)
    await untilPeers(dialer, 1)
    expect(dialer.peers[0]!.address).toBe(listener.addresses[0])
    expect(silent.sockets).toHaveLength(1)
    await expect.poll(() => silent.sockets[0]!.readyState).toBe('closed')
    expect(events.filter(({ type }) => type === 'dial:failed')).toEqual([])
  })

  it('is reached by the next one when another peer answers at the best', async () => {
    const impostor = await startNetwork({ chain, listen: [TCP] })
    const listener = await startNetwork({ chain, listen: [WS] })
    const wrong = addressOf(impostor, /tcp/).replace(impostor.peerId, listener.peerId)
    const dialer = await startNetwork({ chain, bootnodes: [wrong, listener.addresses[0]!] })
    await untilPeers(dialer, 1)
    expect(dialer.peers.map(({ id }) => id)).toEqual([listener.peerId])
    expect(impostor.peers).toEqual([])
  })

  it('is never tried at an address that no transport here dials, and nobody learns of a failure', async () => {
    const silent = await silentServer()
    const listener = await startNetwork({ chain, listen: [WS] })
    const dead = `${silent.address}/p2p/${listener.peerId}`
    const odd = `/ip4/127.0.0.1/udp/9/webrtc-direct/p2p/${listener.peerId}`
    const dialer = await startNetwork({
      chain,
      bootnodes: [odd, dead, listener.addresses[0]!],
      transports: { only: ['websocket'] },
    })
    const events = gather(dialer)
    await untilPeers(dialer, 1)
    await dialer.disconnect(listener.peerId)
    await dialer.connect(listener.addresses[0]!)
    expect(silent.sockets).toEqual([])
    expect(events.filter(({ type }) => type === 'dial:failed')).toEqual([])
  })
})

describe('the `transports` option', () => {
  it('restricts Node to what a browser can dial: plain TCP is refused before anything is sent', async () => {
    const silent = await silentServer()
    const listener = await startNetwork({ chain, listen: [TCP] })
    const dialer = await startNetwork({ chain, transports: { only: ['websocket', 'webtransport'] } })
    const address = `${silent.address}/p2p/${listener.peerId}`
    await expect(dialer.connect(address)).rejects.toMatchObject({ code: 'dial_failed' })
    await expect(dialer.connect(listener.addresses[0]!)).rejects.toMatchObject({
      code: 'dial_failed',
      message: expect.stringContaining('no transport supports it'),
    })
    expect(silent.sockets).toEqual([])
  })

  it('is refused with invalid_argument when it leaves nothing', async () => {
    await expect(startNetwork({ chain, transports: { only: [] } })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('says why every address failed', async () => {
    const listener = await startNetwork({ chain, listen: [TCP, WS] })
    const addresses = [...listener.addresses]
    await listener.stop()
    const dialer = await startNetwork({ chain, bootnodes: addresses })
    for await (const event of dialer.events(['dial:failed'])) {
      for (const address of addresses) expect(event.error.message).toContain(address)
      break
    }
  })
})
