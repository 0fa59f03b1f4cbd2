import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { type ConnectedPeer, viewOf } from './connected-peer.ts'
import type { PeerView } from './types.ts'

/** Every connected peer, one record each, and the list of those that count. */
export interface Roster {
  /** Peers that count: both Statuses exchanged and matching. */
  readonly list: Watchable<readonly PeerView[]>
  get(peerId: string): ConnectedPeer | undefined
  all(): readonly ConnectedPeer[]
  add(peer: ConnectedPeer): void
  /** Removes this very record. @returns false when it had gone before */
  remove(peer: ConnectedPeer): boolean
  viewed(peer: ConnectedPeer): PeerView
  /** Tells the list that something about a peer changed, if it counts. */
  changed(peer: ConnectedPeer): void
  /** Tells the list that a peer no longer counts. */
  publish(): void
  /** Empties and ends the list. */
  end(): void
}

/** Creates an empty roster. */
export function createRoster(about: { isKept(peerId: string): boolean; scoreOf(peerId: string): number }): Roster {
  const peers = new Map<string, ConnectedPeer>()
  const list = createWatchable<readonly PeerView[]>([])
  const viewed = (peer: ConnectedPeer): PeerView => viewOf(peer, about.isKept(peer.id), about.scoreOf(peer.id))

  function publish(): void {
    list.set([...peers.values()].filter(({ state }) => state === 'counted').map(viewed))
  }

  return {
    list,
    get: (peerId) => peers.get(peerId),
    all: () => [...peers.values()],
    add: (peer) => void peers.set(peer.id, peer),
    remove: (peer) => peers.get(peer.id) === peer && peers.delete(peer.id),
    viewed,
    changed(peer) {
      if (peer.state !== 'counted') return
      delete peer.view
      publish()
    },
    publish,
    end() {
      list.set([])
      list.end()
    },
  }
}
