import type { ConnectedPeer } from './connected-peer.ts'
import { CLIENT_SHUTDOWN } from './goodbye.ts'
import type { Leaving } from './leaving.ts'
import type { PeersOptions } from './options.ts'
import type { Roster } from './roster.ts'
import type { RemoteStatus } from './types.ts'
import { pingRegularly, refreshRegularly } from './upkeep.ts'

/** What keeping peers' records fresh needs. */
export interface FreshOptions extends Pick<PeersOptions, 'clock' | 'wire' | 'pingMs'> {
  readonly random: () => number
  readonly roster: Roster
  readonly leave: Leaving['leave']
  takeStatus(peerId: string, status: RemoteStatus): void
  takeSequence(peerId: string, sequence: bigint): void
}

/** Keeps what is known of peers that count current. */
export interface Freshness {
  /** Pings a peer, and asks one that we dialed for its Status, for as long as it is connected. */
  keepFresh(peer: ConnectedPeer): void
  /** Whoever did not change digests with us is no longer of our network. */
  onDigestChange(): void
}

/** Creates the upkeep of peers that count. */
export function createFreshness(options: FreshOptions): Freshness {
  const { clock, wire, pingMs, random, roster, leave, takeStatus, takeSequence } = options

  async function refresh(peer: ConnectedPeer): Promise<void> {
    // A refusal or a timeout here is no news of the network; silence is for the pings to tell.
    const status = await wire.exchangeStatus(peer.id, peer.life.signal).catch(() => undefined)
    if (status !== undefined) takeStatus(peer.id, status)
  }

  return {
    keepFresh(peer) {
      const { direction } = peer.connection
      pingRegularly(peer, pingMs[direction], {
        clock,
        random,
        ping: async (peerId, signal) => takeSequence(peerId, await wire.ping(peerId, signal)),
        onLatency(_, latencyMs) {
          peer.latencyMs = latencyMs
          roster.changed(peer)
        },
        onSilent: () => void leave(peer, CLIENT_SHUTDOWN, 'it does not answer pings').catch(() => {}),
      }).catch(() => {})
      if (direction === 'outbound') refreshRegularly(peer, { clock, random, refresh }).catch(() => {})
    },
    onDigestChange() {
      for (const peer of roster.all()) {
        if (peer.state === 'counted' && peer.connection.direction === 'outbound') refresh(peer).catch(() => {})
      }
    },
  }
}
