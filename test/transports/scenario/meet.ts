import { multiaddr } from '@multiformats/multiaddr'
import type { Platform } from '../../../src/platform/platform.ts'
import { startScenarioNode } from './node.ts'
import { serveScenarios } from './serve.ts'
import { only } from './transports.ts'

/** A node that can be met over a relay. */
export interface MetNode {
  readonly address: string
  /** How many connections it has beside that to the relay. */
  connections(): Promise<number>
  stop(): Promise<void>
}

/** Starts a node that takes a place at a relay, to be dialed over WebRTC, and serves the scenarios. */
export async function startMetNode(platform: Platform, relay: string): Promise<MetNode> {
  const node = await startScenarioNode(platform, { transports: only('webrtc'), listen: ['/webrtc'] })
  await serveScenarios(node)
  const placed = new Promise<void>((resolve) => {
    node.addEventListener('self:peer:update', () => {
      if (node.getMultiaddrs().length > 0) resolve()
    })
  })
  const { remotePeer } = await node.services.lampara.dial(multiaddr(relay), AbortSignal.timeout(45_000))
  await placed
  return {
    address: String(node.getMultiaddrs()[0]),
    connections: async () =>
      node.getConnections().filter((connection) => !connection.remotePeer.equals(remotePeer)).length,
    stop: async () => node.stop(),
  }
}
