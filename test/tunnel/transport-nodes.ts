import { createGateway, type GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { platform } from '../../src/platform/node/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import { tunnelTransport } from '../../src/tunnel/transport.ts'
import { unlimited } from '../kit/tunnel.ts'
import { type ScenarioNode, startScenarioNode } from '../transports/scenario/node.ts'

/** A bootnode with a gateway, and a target behind it that listens on TCP alone. */
interface TunnelEnd {
  readonly bootnode: ScenarioNode
  readonly target: ScenarioNode
  readonly gateway: ReturnType<typeof createGateway>
  /** The target through the bootnode, with how that is reached. */
  readonly address: string
  /** As `address`, for another TCP address and peer. */
  through(tcpAddress: string): string
  stop(): Promise<void>
}

/** The same, with a client that has WebSocket alone. */
export interface TunnelNodes extends TunnelEnd {
  readonly client: ScenarioNode
}

/** Starts bootnode and target just as networks have them. */
export async function startTunnelEnd(options: Partial<GatewayOptions> = {}): Promise<TunnelEnd> {
  const bootnode = await startScenarioNode(platform, {
    transports: { only: ['websocket'] },
    listen: ['/ip4/127.0.0.1/tcp/0/ws'],
  })
  const target = await startScenarioNode(platform, {
    transports: { only: ['tcp'] },
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
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
    bootnode,
    target,
    gateway,
    through,
    address: through(String(target.getMultiaddrs()[0])),
    async stop() {
      await gateway.stop()
      await bootnode.stop()
      await target.stop()
    },
  }
}

/** Starts all three. */
export async function startTunnelNodes(options: Partial<GatewayOptions> = {}): Promise<TunnelNodes> {
  const end = await startTunnelEnd(options)
  const client = await startScenarioNode(platform, { transports: { only: ['websocket'], add: [tunnelTransport()] } })
  return {
    ...end,
    client,
    async stop() {
      await client.stop()
      await end.stop()
    },
  }
}
