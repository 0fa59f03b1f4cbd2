import type { Connection } from '@libp2p/interface'
import { chooseConnection } from './choose-connection.ts'
import { type ConnectedPeer, connectedPeer, endPeer } from './connected-peer.ts'
import { closeConnection } from './dial.ts'
import type { PeersOptions } from './options.ts'
import { answersPing } from './probe.ts'
import type { Roster } from './roster.ts'

/** libp2p still reads a lost peer's record while it tells its services of the loss. */
const FORGET_MS = 5_000

/** What following libp2p's connections needs. */
export interface ConnectionsOptions extends Pick<PeersOptions, 'libp2p' | 'clock' | 'wire' | 'onEvent'> {
  readonly roster: Roster
  /** Aborts when no more peers are to be taken. */
  readonly stopping: AbortSignal
  /** A connection stands, and the peer is to be met. */
  onBegin(peer: ConnectedPeer): void
}

/** Makes one record a peer out of libp2p's connections. */
export interface Connections {
  onOpen(event: CustomEvent<Connection>): void
  onClose(event: CustomEvent<Connection>): void
  /** The end of a peer, once: its connection is closed. */
  finish(peer: ConnectedPeer): void
}

/** Creates what `connection:open` and `connection:close` are to be handed to. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { libp2p, clock, roster, stopping } = options
  const ownId = libp2p.peerId.toString()

  function take(connection: Connection): void {
    // One with limits is for two peers to agree on another connection.
    if (connection.status !== 'open' || connection.limits !== undefined) return
    const id = connection.remotePeer.toString()
    const first = roster.get(id)
    if (stopping.aborted) connection.abort(new Error('stopped'))
    else if (first === undefined) begin(id, connection)
    else if (first.state === 'leaving' || first.connection.status !== 'open') replace(first, connection)
    else onSecond(first, connection)
  }

  function onSecond(first: ConnectedPeer, second: Connection): void {
    const choice = chooseConnection(ownId, first.id, first.connection.direction, second.direction)
    if (choice === 'keep-second') {
      first.leaveReason ??= 'another connection took its place'
      replace(first, second)
    } else if (choice === 'keep-first' || first.spare !== undefined) void closeConnection(second, clock)
    else {
      first.spare = second
      void probe(first, second)
    }
  }

  async function probe(first: ConnectedPeer, second: Connection): Promise<void> {
    if (await answersPing(first, options)) {
      delete first.spare
      await closeConnection(second, clock)
    } else {
      first.leaveReason ??= 'the connection was dead'
      // The spare takes over when this one is gone.
      first.connection.abort(new Error('no answer to a ping'))
    }
  }

  function replace(first: ConnectedPeer, second: Connection): void {
    delete first.spare
    finish(first, second)
    // At once, so that gossipsub opens its stream on the connection that stays.
    first.connection.abort(new Error('replaced'))
  }

  function begin(id: string, connection: Connection): void {
    const peer = connectedPeer(id, connection, clock.now())
    roster.add(peer)
    options.onBegin(peer)
  }

  /** A connection that takes over is another beginning. */
  function finish(peer: ConnectedPeer, next?: Connection): void {
    if (!roster.remove(peer)) return
    const reason = peer.leaveReason ?? 'the connection closed'
    peer.leaveReason = reason
    endPeer(peer, reason, clock.now())
    delete peer.view
    const view = roster.viewed(peer)
    roster.noteLeft(view)
    if (peer.countedAtMs !== undefined) {
      roster.publish()
      options.onEvent({ type: 'peer:disconnected', peer: view, reason })
    }
    if (next?.status === 'open' && !stopping.aborted) begin(peer.id, next)
    else clock.setTimer(() => forget(peer), FORGET_MS)
  }

  /** The store sweeps nothing by itself; while connected, deleting would leave a ghost in gossipsub. */
  function forget({ id, connection }: ConnectedPeer): void {
    if (roster.get(id) !== undefined || libp2p.getConnections(connection.remotePeer).length > 0) return
    libp2p.peerStore.delete(connection.remotePeer).catch(() => {})
  }

  return {
    // libp2p's own connection manager may hear of it after us, and requests go through it.
    onOpen: ({ detail: connection }) => queueMicrotask(() => take(connection)),
    onClose({ detail: connection }) {
      const peer = roster.get(connection.remotePeer.toString())
      if (peer?.connection.id === connection.id) finish(peer, peer.spare)
      else if (peer?.spare?.id === connection.id) delete peer.spare
    },
    finish: (peer) => finish(peer),
  }
}
