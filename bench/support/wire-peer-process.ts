// A process of its own, as a peer or as a gateway: what answers is not what is measured, unless it is asked.
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { createGateway } from '../../src/bootnode/gateway/create-gateway.ts'
import { createLibp2pNode } from '../../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../../src/network/node/node-dependencies.ts'
import { platform } from '../../src/platform/node/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import { unlimited } from '../../test/kit/tunnel.ts'
import { bareWire } from './bare-wire.ts'
import { benchChain } from './loads.ts'
import { heldBytes } from './memory.ts'
import { sinkProtocol, sourceProtocol, TRANSFER_BYTES } from './transfer.ts'

/** What a process holds, and what of the processor it took. */
export interface Use {
  readonly heldBytes: number
  readonly rssBytes: number
  readonly cpuMs: number
  readonly live: number
}

const ignored = (): void => {}

async function servePeer(): Promise<void> {
  const node = await bareWire(
    ['tcp', 'ws', 'quic', 'webrtc'],
    [
      '/ip4/127.0.0.1/tcp/0',
      '/ip4/127.0.0.1/tcp/0/ws',
      '/ip4/127.0.0.1/udp/0/quic-v1',
      '/ip4/127.0.0.1/udp/0/webrtc-direct',
    ],
  )
  const serve = (id: string, handler: (stream: Stream) => Promise<void>): Promise<void> =>
    node.handle(id, (stream) => void handler(stream).catch(ignored), { maxInboundStreams: 1_000 })
  await serve(sinkProtocol, async (stream) => {
    let left = TRANSFER_BYTES
    await new Promise<void>((resolve) => {
      stream.addEventListener('message', ({ data }) => {
        left -= data.byteLength
        if (left <= 0) resolve()
      })
    })
    stream.send(Uint8Array.of(1))
    await stream.close()
  })
  await serve(sourceProtocol, async (stream) => {
    stream.addEventListener('message', ignored)
    const piece = new Uint8Array(64 * 1024)
    for (let left = TRANSFER_BYTES; left > 0; left -= piece.length) {
      if (!stream.send(piece)) await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
    }
    await stream.close()
  })
  const echo = createServer((socket) => socket.on('error', ignored).pipe(socket))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  const all = node.getMultiaddrs().map(String)
  const addresses = {
    tcp: all.find((address) => /\/tcp\/\d+\/p2p\//.test(address)),
    ws: all.find((address) => address.includes('/ws/')),
    quic: all.find((address) => address.includes('/quic-v1/')),
    webrtc: all.find((address) => address.includes('/webrtc-direct/')),
  }
  process.send?.({ addresses, echoPort: (echo.address() as { port: number }).port })
}

async function serveGateway(): Promise<void> {
  const node = await createLibp2pNode(
    await createNodeDependencies(platform, {
      chain: benchChain,
      role: 'relay',
      allowPrivateAddresses: true,
      listen: ['/ip4/127.0.0.1/tcp/0/ws'],
      transports: { only: ['websocket'] },
    }),
  )
  await node.start()
  const gateway = createGateway({ clock: systemClock, isKnown: () => true, policy: 'devnet', limits: unlimited })
  await node.handle(tunnelProtocol, gateway.handle, { maxInboundStreams: 2_000 })
  let used = process.cpuUsage()
  process.on('message', async () => {
    const { user, system } = process.cpuUsage(used)
    const held = await heldBytes()
    const use: Use = {
      heldBytes: held,
      rssBytes: process.memoryUsage.rss(),
      cpuMs: (user + system) / 1000,
      live: gateway.counts.live,
    }
    used = process.cpuUsage()
    process.send?.(use)
  })
  process.send?.({ address: String(node.getMultiaddrs()[0]) })
}

process.on('disconnect', () => process.exit())
await setTimeout(0)
await (process.argv[2] === 'gateway' ? serveGateway() : servePeer())
