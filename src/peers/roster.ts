import type { Clock } from '../streams/clock.ts'
import { createWatchable, type Watchable } from '../streams/watchable.ts'
import { type ConnectedPeer, viewOf } from './connected-peer.ts'
import type { PeerView } from './types.ts'

/** Peers that left and are still told of. */
const MAX_LEFT = 100
/** Beyond this it does not matter how many were tried. */
const MAX_TRIED = 1000

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
  /** A dial begins. @returns what to call when it is over */
  dialing(peerId: string, address: string): () => void
  noteLeft(view: PeerView): void
  /** Peers dialed so far, each once, up to a thousand. */
  readonly tried: number
  /** Peers that are dialed, that are connected, and those that left last, the latest first; each once, as it is now. */
  everyone(): readonly PeerView[]
  /** Empties and ends the list. */
  end(): void
}

/** What a roster asks about peers. */
export interface RosterOptions {
  readonly clock: Pick<Clock, 'now'>
  isKept(peerId: string): boolean
  scoreOf(peerId: string): number
  /** The record that the address book has. */
  enrOf(peerId: string): string | undefined
}

/** Creates an empty roster. */
export function createRoster(about: RosterOptions): Roster {
  const peers = new Map<string, ConnectedPeer>()
  const dialed = new Map<string, PeerView>()
  const left = new Map<string, PeerView>()
  const tried = new Set<string>()
  const list = createWatchable<readonly PeerView[]>([])
  // What a view is made of is asked for only when one is to be made: with every ping the whole list is told anew.
  const viewed = (peer: ConnectedPeer): PeerView =>
    peer.view ?? viewOf(peer, about.isKept(peer.id), about.scoreOf(peer.id), about.enrOf(peer.id))

  function publish(): void {
    const counted: PeerView[] = []
    for (const peer of peers.values()) if (peer.state === 'counted') counted.push(viewed(peer))
    list.set(counted)
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
      peer.seenAtMs = about.clock.now()
      publish()
    },
    publish,
    dialing(id, address) {
      const nowMs = about.clock.now()
      const view: PeerView = Object.freeze({
        id,
        state: 'connecting',
        address,
        direction: 'outbound',
        persistent: about.isKept(id),
        protocols: [],
        score: about.scoreOf(id),
        connectedAtMs: nowMs,
        seenAtMs: nowMs,
      })
      dialed.set(id, view)
      if (tried.size < MAX_TRIED) tried.add(id)
      return () => dialed.get(id) === view && dialed.delete(id)
    },
    noteLeft(view) {
      left.delete(view.id)
      left.set(view.id, view)
      if (left.size > MAX_LEFT) left.delete(left.keys().next().value!)
    },
    get tried() {
      return tried.size
    },
    everyone() {
      const now = [...peers.values()].map((peer) => {
        delete peer.view
        return viewed(peer)
      })
      const known = new Map<string, PeerView>()
      for (const view of [...now, ...dialed.values(), ...[...left.values()].reverse()]) {
        if (!known.has(view.id)) known.set(view.id, view)
      }
      return [...known.values()]
    },
    end() {
      list.set([])
      list.end()
    },
  }
}
