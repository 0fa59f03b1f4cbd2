import { LamparaError } from '../errors/index.ts'
import { deadline, delay, raceSignal } from '../streams/abort.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import { closeConnection } from './dial.ts'
import { goodbyeWords } from './goodbye.ts'
import { nextState } from './lifecycle.ts'
import type { PeersOptions } from './options.ts'
import type { Roster } from './roster.ts'

const GOODBYE_MS = 500
/** A peer that said goodbye is to close; one that only says so is helped after this. */
const GOODBYE_CLOSE_MS = 1_000

/** What leaving peers needs. */
export interface LeavingOptions extends Pick<PeersOptions, 'libp2p' | 'clock' | 'wire' | 'onEvent'> {
  readonly roster: Roster
  /** Aborts when everything is left anyhow. */
  readonly stopping: AbortSignal
  /** Ends a peer's record. */
  finish(peer: ConnectedPeer): void
}

/** The ways in which a peer is parted from. */
export interface Leaving {
  /** Says goodbye, bounded in time, and closes. Resolves when the connection is closed. */
  leave(peer: ConnectedPeer, code: number, reason: string): Promise<void>
  /** Closes without a goodbye: the connection is dead. */
  cut(peer: ConnectedPeer, reason: string): void
  /** Cuts off a peer that was banned. */
  ban(peerId: string, reason: string, untilMs: number): void
  /** Takes a Goodbye that a peer sent us. */
  takeGoodbye(peerId: string, code: number): void
}

/** Creates what parts from peers. */
export function createLeaving(options: LeavingOptions): Leaving {
  const { libp2p, clock, wire, roster, stopping, finish } = options

  function markLeaving(peer: ConnectedPeer, reason: string): void {
    const counted = peer.state === 'counted'
    peer.leaveReason ??= reason
    peer.state = nextState(peer.state, 'leave')
    peer.life.abort(new LamparaError('peer_disconnected', `Left ${peer.id}: ${peer.leaveReason}`))
    if (counted) roster.publish()
  }

  return {
    async leave(peer, code, reason) {
      if (peer.state === 'leaving') return void (await peer.lost.promise)
      markLeaving(peer, reason)
      const limit = deadline({ clock, afterMs: GOODBYE_MS, error: () => new Error('no time left') })
      await raceSignal(wire.sayGoodbye(peer.id, code, limit.signal), limit.signal).catch(() => {})
      limit.cancel()
      const connections = peer.spare === undefined ? [peer.connection] : [peer.connection, peer.spare]
      delete peer.spare
      await Promise.all(connections.map((connection) => closeConnection(connection, clock)))
      finish(peer)
    },
    cut(peer, reason) {
      if (peer.state === 'leaving') return
      markLeaving(peer, reason)
      for (const connection of libp2p.getConnections(peer.connection.remotePeer)) connection.abort(new Error(reason))
      finish(peer)
    },
    ban(peerId, reason, untilMs) {
      options.onEvent({ type: 'peer:banned', peerId, reason, untilMs })
      const peer = roster.get(peerId)
      if (peer === undefined) return
      markLeaving(peer, `banned: ${reason}`)
      peer.failure ??= new LamparaError('dial_failed', `Cannot keep ${peerId}: it is banned: ${reason}`)
      // Without a goodbye: nothing more is to come from it.
      for (const connection of libp2p.getConnections(peer.connection.remotePeer)) connection.abort(new Error('banned'))
      finish(peer)
    },
    takeGoodbye(peerId, code) {
      const peer = roster.get(peerId)
      if (peer === undefined || peer.state === 'leaving') return
      peer.goodbye = code
      markLeaving(peer, goodbyeWords(code))
      delay(GOODBYE_CLOSE_MS, { clock, signal: stopping })
        .catch(() => {})
        .then(() => closeConnection(peer.connection, clock))
    },
  }
}
