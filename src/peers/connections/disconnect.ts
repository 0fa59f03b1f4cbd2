import { LamparaError } from '../../errors/index.ts'
import { deadline, delay, raceSignal } from '../../streams/abort.ts'
import { goodbyeWords } from '../handshake/goodbye.ts'
import { nextState } from '../manager/lifecycle.ts'
import type { PeerManagerOptions } from '../manager/options.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import { closeConnection } from './dial.ts'

const GOODBYE_MS = 500
/** A peer that said goodbye is to close; one that only says so is helped after this. */
const GOODBYE_CLOSE_MS = 1_000

/** Options of `createDisconnector()`. */
export interface DisconnectorOptions extends Pick<PeerManagerOptions, 'libp2p' | 'clock' | 'requests' | 'onEvent'> {
  readonly registry: PeerRegistry
  /** Aborts when everything is left anyhow. */
  readonly stopping: AbortSignal
  /** Ends a peer's record. */
  finish(peer: PeerRecord): void
}

/** Ways to disconnect a peer. */
export interface Disconnector {
  /** Sends Goodbye, bounded in time, and closes. Resolves when the connection is closed. */
  disconnect(peer: PeerRecord, code: number, reason: string): Promise<void>
  /** Closes without Goodbye: the connection is dead. */
  drop(peer: PeerRecord, reason: string): void
  /** Disconnects a banned peer. */
  ban(peerId: string, reason: string, untilMs: number): void
  /** Handles a Goodbye of a peer. */
  onGoodbye(peerId: string, code: number): void
}

/** Creates the disconnector. */
export function createDisconnector(options: DisconnectorOptions): Disconnector {
  const { libp2p, clock, requests, registry, stopping, finish } = options

  function markDisconnecting(peer: PeerRecord, reason: string): void {
    const wasReady = peer.state === 'ready'
    peer.disconnectReason ??= reason
    peer.state = nextState(peer.state, 'leave')
    peer.abortController.abort(new LamparaError('peer_disconnected', `Left ${peer.id}: ${peer.disconnectReason}`))
    if (wasReady) registry.publish()
  }

  return {
    async disconnect(peer, code, reason) {
      if (peer.state === 'disconnecting') return void (await peer.disconnected.promise)
      markDisconnecting(peer, reason)
      const limit = deadline({ clock, afterMs: GOODBYE_MS, error: () => new Error('no time left') })
      await raceSignal(requests.sendGoodbye(peer.id, code, limit.signal), limit.signal).catch(() => {})
      limit.cancel()
      const connections =
        peer.secondConnection === undefined ? [peer.connection] : [peer.connection, peer.secondConnection]
      delete peer.secondConnection
      await Promise.all(connections.map((connection) => closeConnection(connection, clock)))
      finish(peer)
    },
    drop(peer, reason) {
      if (peer.state === 'disconnecting') return
      markDisconnecting(peer, reason)
      for (const connection of libp2p.getConnections(peer.connection.remotePeer)) connection.abort(new Error(reason))
      finish(peer)
    },
    ban(peerId, reason, untilMs) {
      options.onEvent({ type: 'peer:banned', peerId, reason, untilMs })
      const peer = registry.get(peerId)
      if (peer === undefined) return
      markDisconnecting(peer, `banned: ${reason}`)
      peer.failure ??= new LamparaError('dial_failed', `Cannot keep ${peerId}: it is banned: ${reason}`)
      // Without a goodbye: nothing more is to come from it.
      for (const connection of libp2p.getConnections(peer.connection.remotePeer)) connection.abort(new Error('banned'))
      finish(peer)
    },
    onGoodbye(peerId, code) {
      const peer = registry.get(peerId)
      if (peer === undefined || peer.state === 'disconnecting') return
      peer.goodbye = code
      markDisconnecting(peer, goodbyeWords(code))
      delay(GOODBYE_CLOSE_MS, { clock, signal: stopping })
        .catch(() => {})
        .then(() => closeConnection(peer.connection, clock))
    },
  }
}
