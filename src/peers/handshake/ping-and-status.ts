import type { Disconnector } from '../connections/disconnect.ts'
import type { PeerManagerOptions } from '../manager/options.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import type { RemoteStatus } from '../types.ts'
import { CLIENT_SHUTDOWN } from './goodbye.ts'
import { pingRegularly, refreshRegularly } from './ping-loop.ts'

/** What keeping peers' records fresh needs. */
export interface PingAndStatusOptions extends Pick<PeerManagerOptions, 'clock' | 'requests' | 'pingMs'> {
  readonly random: () => number
  readonly registry: PeerRegistry
  readonly disconnect: Disconnector['disconnect']
  onStatus(peerId: string, status: RemoteStatus): void
  onMetadataSequence(peerId: string, sequence: bigint): void
}

/** Keeps latency, Status and metadata of ready peers current. */
export interface PingAndStatus {
  /** Pings a peer, and asks one that we dialed for its Status, for as long as it is connected. */
  startPinging(peer: PeerRecord): void
  /** Requests Status again: a peer that did not change its fork digest is on another network. */
  onDigestChange(): void
}

/** Creates the upkeep of ready peers. */
export function createPingAndStatus(options: PingAndStatusOptions): PingAndStatus {
  const { clock, requests, pingMs, random, registry, disconnect, onStatus, onMetadataSequence } = options

  async function refresh(peer: PeerRecord): Promise<void> {
    // A refusal or a timeout here is no news of the network; silence is for the pings to tell.
    const status = await requests.exchangeStatus(peer.id, peer.abortController.signal).catch(() => undefined)
    if (status !== undefined) onStatus(peer.id, status)
  }

  return {
    startPinging(peer) {
      const { direction } = peer.connection
      pingRegularly(peer, pingMs[direction], {
        clock,
        random,
        ping: async (peerId, signal) => onMetadataSequence(peerId, await requests.ping(peerId, signal)),
        onLatency(_, latencyMs) {
          peer.latencyMs = latencyMs
          registry.changed(peer)
        },
        onTimeout: () => void disconnect(peer, CLIENT_SHUTDOWN, 'it does not answer pings').catch(() => {}),
      }).catch(() => {})
      if (direction === 'outbound') refreshRegularly(peer, { clock, random, refresh }).catch(() => {})
    },
    onDigestChange() {
      for (const peer of registry.all()) {
        if (peer.state === 'ready' && peer.connection.direction === 'outbound') refresh(peer).catch(() => {})
      }
    },
  }
}
