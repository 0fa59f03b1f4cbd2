import type { Libp2p } from '@libp2p/interface'
import { createGateway, type GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { platform } from '../../src/platform/node/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import { tunnelTransport } from '../../src/tunnel/transport.ts'
import { startScenarioNode } from '../transports/scenario/node.ts'
import { unlimited } from './support.ts'

type Node = Awaited<ReturnType<typeof startScenarioNode>>

/** A client that has WebSocket alone, a bootnode with a gateway, and a target that listens on TCP alone. */
export interface TunnelNodes {
  readonly client: Node
  readonly bootnode: Node
  readonly target: Node
  readonly gateway: ReturnType<typeof createGateway>
  /** The target through the bootnode, with how that is reached. */
  readonly address: string
  /** As `address`, for another TCP address and peer. */
  through(tcpAddress: string): string
  stop(): Promise<void>
}

/** Starts three nodes just as networks have them. */
export async function startTunnelNodes(options: Partial<GatewayOptions> = {}): Promise<TunnelNodes> {
  const bootnode = await startScenarioNode(platform, {
    transports: { only: ['websocket'] },
    listen: ['/ip4/127.0.0.1/tcp/0/ws'],
  })
  const target = await startScenarioNode(platform, {
    transports: { only: ['tcp'] },
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  const client = await startScenarioNode(platform, { transports: { only: ['websocket'], add: [tunnelTransport()] } })
  const gateway = createGateway({
    clock: systemClock,
    isKnown: () => true,
    policy: 'devnet',
    limits: unlimited,
    ...options,
  })
  await bootnode.handle(tunnelProtocol, gateway.handle, { maxInboundStreams: 1_000 })
  const through = (tcpAddress: string): string => `${bootnode.getMultiaddrs()[0]}/lampara-tunnel${tcpAddress}`
  return {
    client,
    bootnode,
    target,
    gateway,
    through,
    get address() {
      return through(String(target.getMultiaddrs()[0]))
    },
    async stop() {
      await client.stop()
      await gateway.stop()
      await bootnode.stop()
      await target.stop()
    },
  }
}

/** A node as it looks without its connections to one peer. */
export function without<Of extends Libp2p>(libp2p: Of, peerId: string): Of {
  return new Proxy(libp2p, {
    get(node, name) {
      if (name === 'getConnections') {
        return () => node.getConnections().filter(({ remotePeer }) => remotePeer.toString() !== peerId)
      }
      const value: unknown = Reflect.get(node, name)
      return typeof value === 'function' ? value.bind(node) : value
    },
  })
}
