import { createCircuitRelay } from '../../../src/bootnode/circuit-relay.ts'
import { platform } from '../../../src/platform/node/index.ts'
import { systemClock } from '../../../src/streams/clock.ts'
import { startTunnelEnd } from '../../tunnel/transport-nodes.ts'
import { type ScenarioNode, startScenarioNode } from './node.ts'
import { serveScenarios } from './serve.ts'
import { startSilence } from './silence.ts'
import type { ScenarioAddresses } from './steps.ts'
import { only } from './transports.ts'

/** The side that is dialed. */
export interface ListeningSide {
  readonly addresses: ScenarioAddresses
  /** What it holds of those who dial, by what it is: nothing once they are gone. */
  held(): Promise<Readonly<Record<string, number>>>
  stop(): Promise<void>
}

const STRANGER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const WEB_SOCKET = '/ip4/127.0.0.1/tcp/0/ws'

const listenOn = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  websocket: WEB_SOCKET,
  quic: '/ip4/127.0.0.1/udp/0/quic-v1',
  'webrtc-direct': '/ip4/127.0.0.1/udp/0/webrtc-direct',
} as const

/** Puts a silence beside a side that listens at an address: its last port is another then. */
export async function besideSilence(
  address: string,
  side: Pick<ListeningSide, 'held' | 'stop'> & Pick<ScenarioAddresses, 'via'>,
): Promise<ListeningSide> {
  const silence = await startSilence()
  const { via } = side
  return {
    addresses: {
      address,
      silent: address.replace(/(.*\/(?:tcp|udp)\/)\d+/, `$1${silence.port}`),
      stranger: STRANGER,
      ...(via !== undefined && { via }),
    },
    held: async () => ({ ...(await side.held()), silent: silence.sockets }),
    async stop() {
      silence.stop()
      await side.stop()
    },
  }
}

/** A node in Node that is dialed directly. */
export async function startListening(kind: keyof typeof listenOn): Promise<ListeningSide> {
  const transports = kind === 'webrtc-direct' ? only(kind) : {}
  const node = await startScenarioNode(platform, { transports, listen: [listenOn[kind]] })
  await serveScenarios(node)
  return besideSilence(String(node.getMultiaddrs()[0]), {
    held: async () => ({ connections: node.getConnections().length }),
    stop: async () => node.stop(),
  })
}

/** A node that listens on TCP alone, behind a bootnode's gateway. */
export async function startTunnelled(): Promise<ListeningSide> {
  const { target, gateway, bootnode, address, stop } = await startTunnelEnd()
  await serveScenarios(target)
  return besideSilence(address, {
    via: bootnode.peerId.toString(),
    async held() {
      const { live, dialing } = gateway.counts
      return { connections: target.getConnections().length, live, dialing }
    },
    stop,
  })
}

/** A relay in Node, over which others agree on WebRTC. */
export async function startRelay(): Promise<ScenarioNode> {
  const often = { burst: 10_000, perMinute: 10_000 }
  const limits = { reservations: 8, bytes: 2 ** 20, durationMs: 600_000, perPeer: 100, ...often }
  const { service } = await createCircuitRelay(limits, systemClock)
  return startScenarioNode(platform, { listen: [WEB_SOCKET], services: { circuitRelay: service } })
}

/**
 * A side that is met over a relay.
 *
 * @param meet - has it listen over the relay at the address given; resolves with its own, and with how many connections it
 *   has beside that to the relay
 */
export async function startMet(
  meet: (relay: string) => Promise<{ address: string; connections(): Promise<number>; stop(): Promise<void> }>,
): Promise<ListeningSide> {
  const relay = await startRelay()
  const { address, connections, stop } = await meet(String(relay.getMultiaddrs()[0]))
  const side = await besideSilence(address, {
    via: relay.peerId.toString(),
    held: async () => ({ connections: await connections() }),
    async stop() {
      await stop()
      await relay.stop()
    },
  })
  // Anyone who is connected to the relay would not dial it again.
  const silent = side.addresses.silent.replace(relay.peerId.toString(), STRANGER)
  return { ...side, addresses: { ...side.addresses, silent } }
}
