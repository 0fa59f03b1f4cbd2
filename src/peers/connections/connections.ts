import type { Connection } from '@libp2p/interface'
import type { PeerManagerOptions } from '../manager/options.ts'
import { createPeerRecord, endPeerRecord, type PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import { checkAlive } from './check-alive.ts'
import { closeConnection } from './dial.ts'
import { resolveDuplicateConnection } from './resolve-duplicate-connection.ts'

/** libp2p still reads a lost peer's record while it tells its services of the loss. */
const FORGET_MS = 5_000

/** What following libp2p's connections needs. */
export interface ConnectionsOptions extends Pick<PeerManagerOptions, 'libp2p' | 'clock' | 'requests' | 'onEvent'> {
  readonly registry: PeerRegistry
  /** Aborts when no more peers are to be taken. */
  readonly stopping: AbortSignal
  /** A connection stands, and the peer is to be met. */
  onConnected(peer: PeerRecord): void
}

/** Makes one record a peer out of libp2p's connections. */
export interface Connections {
  onOpen(event: CustomEvent<Connection>): void
  onClose(event: CustomEvent<Connection>): void
  /** The end of a peer, once: its connection is closed. */
  finish(peer: PeerRecord): void
}

/** Creates what `connection:open` and `connection:close` are to be handed to. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { libp2p, clock, registry, stopping } = options
  const ownId = libp2p.peerId.toString()

  function onConnection(connection: Connection): void {
    // One with limits is for two peers to agree on another connection.
    if (connection.status !== 'open' || connection.limits !== undefined) return
    const id = connection.remotePeer.toString()
    const first = registry.get(id)
    if (stopping.aborted) connection.abort(new Error('stopped'))
    else if (first === undefined) begin(id, connection)
    else if (first.state === 'disconnecting' || first.connection.status !== 'open') replace(first, connection)
    else onSecond(first, connection)
  }

  function onSecond(first: PeerRecord, second: Connection): void {
    const choice = resolveDuplicateConnection(ownId, first.id, first.connection.direction, second.direction)
    if (choice === 'keep-second') {
      first.disconnectReason ??= 'replaced by duplicate connection'
      replace(first, second)
    } else if (choice === 'keep-first' || first.secondConnection !== undefined) void closeConnection(second, clock)
    else {
      first.secondConnection = second
      void probe(first, second)
    }
  }

  async function probe(first: PeerRecord, second: Connection): Promise<void> {
    if (await checkAlive(first, options)) {
      delete first.secondConnection
      await closeConnection(second, clock)
    } else {
      first.disconnectReason ??= 'ping timeout'
      // The spare takes over when this one is gone.
      first.connection.abort(new Error('no answer to a ping'))
    }
  }

  function replace(first: PeerRecord, second: Connection): void {
    delete first.secondConnection
    finish(first, second)
    // At once, so that gossipsub opens its stream on the connection that stays.
    first.connection.abort(new Error('replaced'))
  }

  function begin(id: string, connection: Connection): void {
    const peer = createPeerRecord(id, connection, clock.now())
    registry.add(peer)
    options.onConnected(peer)
  }

  /** A connection that takes over is another beginning. */
  function finish(peer: PeerRecord, next?: Connection): void {
    if (!registry.remove(peer)) return
    const reason = peer.disconnectReason ?? 'the connection closed'
    peer.disconnectReason = reason
    endPeerRecord(peer, reason, clock.now())
    delete peer.info
    const view = registry.infoOf(peer)
    registry.noteDisconnected(view)
    if (peer.readyAtMs !== undefined) {
      registry.publish()
      options.onEvent({ type: 'peer:disconnected', peer: view, reason })
    }
    if (next?.status === 'open' && !stopping.aborted) begin(peer.id, next)
    else clock.setTimer(() => forget(peer), FORGET_MS)
  }

  /** The store sweeps nothing by itself; while connected, deleting would leave a ghost in gossipsub. */
  function forget({ id, connection }: PeerRecord): void {
    if (registry.get(id) !== undefined || libp2p.getConnections(connection.remotePeer).length > 0) return
    libp2p.peerStore.delete(connection.remotePeer).catch(() => {})
  }

  return {
    // libp2p's own connection manager may learn of it after us, and requests go through it.
    onOpen: ({ detail: connection }) => queueMicrotask(() => onConnection(connection)),
    onClose({ detail: connection }) {
      const peer = registry.get(connection.remotePeer.toString())
      if (peer?.connection.id === connection.id) finish(peer, peer.secondConnection)
      else if (peer?.secondConnection?.id === connection.id) delete peer.secondConnection
    },
    finish: (peer) => finish(peer),
  }
}
