import type { Clock } from '../../streams/clock.ts'
import { createWatchable, type Watchable } from '../../streams/watchable.ts'
import type { PeerInfo } from '../types.ts'
import { type PeerRecord, peerInfoOf } from './peer-record.ts'

/** Peers that left and are still reported. */
const MAX_LEFT = 100
/** Beyond this it does not matter how many were tried. */
const MAX_TRIED = 1000

/** All connected peers, one record each, and the list of the ready ones. */
export interface PeerRegistry {
  /** Ready peers: both Statuses exchanged and matching. */
  readonly list: Watchable<readonly PeerInfo[]>
  get(peerId: string): PeerRecord | undefined
  all(): readonly PeerRecord[]
  add(peer: PeerRecord): void
  /** Removes this very record. @returns false when it had gone before */
  remove(peer: PeerRecord): boolean
  infoOf(peer: PeerRecord): PeerInfo
  /** Tells the list that something about a peer changed, if it is ready. */
  changed(peer: PeerRecord): void
  /** Tells the list that a peer no longer counts. */
  publish(): void
  /** A dial begins. @returns what to call when it is over */
  dialing(peerId: string, address: string): () => void
  noteDisconnected(view: PeerInfo): void
  /** Peers dialed so far, each once, up to a thousand. */
  readonly dialedCount: number
  /** Peers that are dialed, that are connected, and those that left last, the latest first; each once, as it is now. */
  allPeers(): readonly PeerInfo[]
  /** Empties and ends the list. */
  end(): void
}

/** What a registry asks about peers. */
export interface RosterOptions {
  readonly clock: Pick<Clock, 'now'>
  isPersistent(peerId: string): boolean
  scoreOf(peerId: string): number
  /** The record that the address book has. */
  enrOf(peerId: string): string | undefined
}

/** Creates an empty registry. */
export function createPeerRegistry(about: RosterOptions): PeerRegistry {
  const peers = new Map<string, PeerRecord>()
  const dialed = new Map<string, PeerInfo>()
  const left = new Map<string, PeerInfo>()
  const tried = new Set<string>()
  const list = createWatchable<readonly PeerInfo[]>([])
  // What a view is made of is asked for only when one is to be made: with every ping the whole list is told again.
  const viewed = (peer: PeerRecord): PeerInfo =>
    peer.info ?? peerInfoOf(peer, about.isPersistent(peer.id), about.scoreOf(peer.id), about.enrOf(peer.id))

  function publish(): void {
    const counted: PeerInfo[] = []
    for (const peer of peers.values()) if (peer.state === 'ready') counted.push(viewed(peer))
    list.set(counted)
  }

  return {
    list,
    get: (peerId) => peers.get(peerId),
    all: () => [...peers.values()],
    add: (peer) => void peers.set(peer.id, peer),
    remove: (peer) => peers.get(peer.id) === peer && peers.delete(peer.id),
    infoOf: viewed,
    changed(peer) {
      if (peer.state !== 'ready') return
      delete peer.info
      peer.seenAtMs = about.clock.now()
      publish()
    },
    publish,
    dialing(id, address) {
      const nowMs = about.clock.now()
      const view: PeerInfo = Object.freeze({
        id,
        state: 'connecting',
        address,
        direction: 'outbound',
        persistent: about.isPersistent(id),
        protocols: [],
        score: about.scoreOf(id),
        connectedAtMs: nowMs,
        seenAtMs: nowMs,
      })
      dialed.set(id, view)
      if (tried.size < MAX_TRIED) tried.add(id)
      return () => dialed.get(id) === view && dialed.delete(id)
    },
    noteDisconnected(view) {
      left.delete(view.id)
      left.set(view.id, view)
      if (left.size > MAX_LEFT) left.delete(left.keys().next().value!)
    },
    get dialedCount() {
      return tried.size
    },
    allPeers() {
      const now = [...peers.values()].map((peer) => {
        delete peer.info
        return viewed(peer)
      })
      const known = new Map<string, PeerInfo>()
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
