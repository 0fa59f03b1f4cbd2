import { multiaddr } from '@multiformats/multiaddr'
import type { createLibp2p } from 'libp2p'
import { createLibp2pNode } from '../src/network/node/libp2p-config.ts'
import { createNodeDependencies } from '../src/network/node/node-dependencies.ts'
import { platform } from '../src/platform/node/index.ts'
import { registerTunnelAddresses } from '../src/tunnel/address-name.ts'
import { encodeTunnelRequest } from '../src/tunnel/frames.ts'
import { tunnelProtocol } from '../src/tunnel/protocol.ts'
import { bareWire } from './support/bare-wire.ts'
import type { Report } from './support/figure.ts'
import { benchChain } from './support/loads.ts'
import { MIB } from './support/memory.ts'
import { ratio, sideBySide, typical } from './support/side-by-side.ts'
import { connectTimes, download, TRANSFER_BYTES, upload } from './support/transfer.ts'
import { startWireGateway, startWirePeer, type WireGateway, type WirePeer } from './support/wire-peer.ts'

const CONNECTS = { warmUp: 3, samples: 15 }
const CONNECTS_PER_SAMPLE = 6
const TRANSFERS = { warmUp: 2, samples: 11 }
const CROWDS = [100, 300, 1000]
/** An active tunnel moves a message of this many bytes there and back, this often. */
const MESSAGE_BYTES = 1024
const MESSAGE_EVERY_MS = 1_000
const WATCHED_MS = 5_000

/**
 * A connection to a peer through a tunnel against one by WebSocket to the same peer: a page that could dial the peer would use
 * that. Then what tunnels cost the gateway. Peer and gateway are processes of their own.
 */
export async function run(report: Report): Promise<void> {
  registerTunnelAddresses()
  const [peer, gateway] = await Promise.all([startWirePeer(), startWireGateway()])
  try {
    await compare(peer, gateway, report)
    for (const count of CROWDS) await crowd(count, gateway, peer.echoPort, report)
  } finally {
    gateway.stop()
    peer.stop()
  }
}

async function compare(peer: WirePeer, gateway: WireGateway, report: Report): Promise<void> {
  const transports = { only: ['websocket', 'tunnel'] } as const
  const node = await createLibp2pNode(
    await createNodeDependencies(platform, { chain: benchChain, allowPrivateAddresses: true, transports }),
  )
  await node.start()
  const dialed = (text: string) => {
    const address = multiaddr(text)
    return () => node.services.lampara.dial(address, AbortSignal.timeout(10_000))
  }
  const dial = {
    tunnel: dialed(`${gateway.address}/lampara-tunnel${peer.addresses.tcp}`),
    direct: dialed(peer.addresses.ws),
  }
  try {
    // As in a page, which holds its connection to the bootnode already.
    await dialed(gateway.address)()
    await measureConnects(dial, report)
    await measureTransfers(dial, report)
  } finally {
    await node.stop()
  }
}

type Dials = Readonly<Record<'tunnel' | 'direct', Parameters<typeof connectTimes>[1]>>

async function measureConnects(dial: Dials, report: Report): Promise<void> {
  const connecting = await sideBySide(
    {
      tunnel: () => connectTimes(CONNECTS_PER_SAMPLE, dial.tunnel),
      direct: () => connectTimes(CONNECTS_PER_SAMPLE, dial.direct),
    },
    CONNECTS,
  )
  const connect = ratio(connecting.tunnel, connecting.direct, 'wallMs')
  const { samples } = CONNECTS
  report({ name: 'tunnel/connect', value: connect, unit: '× a WebSocket', goal: 1.5, better: 'lower', samples })
  const connectMs = typical(connecting.tunnel, 'wallMs') / CONNECTS_PER_SAMPLE
  report({ name: 'tunnel/connect-time', value: connectMs, unit: 'ms', better: 'lower', samples })
}

async function measureTransfers(dial: Dials, report: Report): Promise<void> {
  const connections = { tunnel: await dial.tunnel(), direct: await dial.direct() }
  for (const [way, move] of [['upload', upload] as const, ['download', download] as const]) {
    const moving = await sideBySide(
      { tunnel: () => move(connections.tunnel), direct: () => move(connections.direct) },
      TRANSFERS,
    )
    const figure = { better: 'higher', samples: TRANSFERS.samples } as const
    const value = ratio(moving.direct, moving.tunnel, 'wallMs')
    report({ ...figure, name: `tunnel/${way}`, value, unit: '× a WebSocket', goal: 0.8 })
    const cpu = ratio(moving.tunnel, moving.direct, 'cpuMs')
    report({
      ...figure,
      name: `tunnel/${way}-cpu`,
      value: cpu,
      unit: "× a WebSocket's, of the client",
      better: 'lower',
    })
    const speed = TRANSFER_BYTES / 1000 / typical(moving.tunnel, 'wallMs')
    report({ ...figure, name: `tunnel/${way}-speed`, value: speed, unit: 'MB/s' })
  }
}

/** What so many tunnels cost, each of a small message a second there and back. */
async function crowd(count: number, gateway: WireGateway, echoPort: number, report: Report): Promise<void> {
  const client = await bareWire(['ws'])
  try {
    const before = await gateway.use()
    const tunnels = await open(client, gateway.address, count, echoPort)
    let beat = 0
    // Spread over the time between two messages of one of them.
    const beats = setInterval(() => {
      const { length } = tunnels
      for (const end = beat + length / 20; beat < end; beat++) tunnels[beat % length]!()
    }, MESSAGE_EVERY_MS / 20)
    await new Promise((resolve) => setTimeout(resolve, MESSAGE_EVERY_MS))
    await gateway.use()
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
    const during = await gateway.use()
    clearInterval(beats)
    if (during.live !== count) throw new Error(`${during.live} tunnels live, not ${count}`)
    const hundreds = count / 100
    const figure = { better: 'lower', samples: 1 } as const
    const cpu = (during.cpuMs * 1000) / WATCHED_MS / hundreds
    report({ ...figure, name: `tunnel/gateway-${count}-cpu`, value: cpu, unit: 'ms/s per 100 tunnels' })
    const held = (during.heldBytes - before.heldBytes) / MIB
    report({ ...figure, name: `tunnel/gateway-${count}-memory`, value: held / hundreds, unit: 'MiB per 100 tunnels' })
    report({
      ...figure,
      name: `tunnel/gateway-${count}-rss-growth`,
      value: (during.rssBytes - before.rssBytes) / MIB,
      unit: 'MiB',
    })
  } finally {
    await client.stop()
  }
}

/** Opens them, over one connection. @returns what sends a message in each */
async function open(
  client: Awaited<ReturnType<typeof createLibp2p>>,
  gateway: string,
  count: number,
  port: number,
): Promise<(() => void)[]> {
  const connection = await client.dial(multiaddr(gateway))
  const request = encodeTunnelRequest({
    peerId: connection.remotePeer.toString(),
    host: { kind: 'ip4', value: '127.0.0.1' },
    port,
  })
  const message = new Uint8Array(MESSAGE_BYTES)
  const tunnels: (() => void)[] = []
  for (let n = 0; n < count; n++) {
    const stream = await connection.newStream(tunnelProtocol, { maxOutboundStreams: 2 * count })
    const replied = new Promise((resolve) => stream.addEventListener('message', resolve, { once: true }))
    stream.send(request)
    await replied
    // A target that says nothing is cut off, and opening a thousand takes a while.
    stream.send(message)
    tunnels.push(() => void stream.send(message))
  }
  return tunnels
}
