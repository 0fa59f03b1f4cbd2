import type { Connection } from '@libp2p/interface'
import { LamparaError } from '../errors/index.ts'
import type { Loss } from './back-off.ts'
import { nextState, type PeerState, shownState } from './lifecycle.ts'
import type { PeerView, RemoteMetadata, RemoteStatus } from './types.ts'

/** A peer with an open connection. What changes is changed by the peer manager alone. */
export interface ConnectedPeer {
  readonly id: string
  readonly connection: Connection
  readonly connectedAtMs: number
  seenAtMs: number
  state: PeerState
  countedAtMs?: number
  protocols: readonly string[]
  agent?: string
  status?: RemoteStatus
  metadata?: RemoteMetadata
  /** The sequence number for which metadata was asked. */
  sequence?: bigint
  latencyMs?: number
  /** When it last served data. */
  servedAtMs?: number
  /** The goodbye code that the peer sent. */
  goodbye?: number
  /** Why it leaves, in words; the first reason stands. */
  leaveReason?: string
  /** Why it never counted. */
  failure?: LamparaError
  /** A second connection, kept until it is clear that the first one works. */
  spare?: Connection
  /** The snapshot handed out last, until something changes. */
  view?: PeerView
  /** Aborts when the peer leaves or is lost: ends whatever is done with it. */
  readonly life: AbortController
  /** Resolves when the peer counts, rejects when it is lost before. */
  readonly settled: PromiseWithResolvers<void>
  /** Resolves when the connection is closed. */
  readonly lost: PromiseWithResolvers<Loss>
}

/** A peer whose connection has just opened. */
export function connectedPeer(id: string, connection: Connection, nowMs: number): ConnectedPeer {
  const settled = Promise.withResolvers<void>()
  // Nobody may be waiting for it.
  settled.promise.catch(() => {})
  return {
    id,
    connection,
    connectedAtMs: nowMs,
    seenAtMs: nowMs,
    state: nextState('dialing', 'opened'),
    protocols: [],
    life: new AbortController(),
    settled,
    lost: Promise.withResolvers<Loss>(),
  }
}

/** The peer as others see it; the same object as long as nothing changed. */
export function viewOf(peer: ConnectedPeer, persistent: boolean, score: number, enr: string | undefined): PeerView {
  const { id, connection, protocols, agent, status, metadata, connectedAtMs, seenAtMs, latencyMs, servedAtMs } = peer
  const { leaveReason } = peer
  peer.view ??= Object.freeze({
    id,
    state: shownState(peer.state),
    address: connection.remoteAddr.toString(),
    direction: connection.direction,
    persistent,
    protocols,
    score,
    connectedAtMs,
    seenAtMs,
    ...(enr === undefined ? {} : { enr }),
    ...(leaveReason === undefined ? {} : { leaveReason }),
    ...(agent === undefined ? {} : { agent }),
    ...(status === undefined ? {} : { status }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(servedAtMs === undefined ? {} : { servedAtMs }),
  })
  return peer.view
}

/** Settles whatever waits for a peer whose connection is closed. */
export function endPeer(peer: ConnectedPeer, reason: string, nowMs: number): void {
  peer.state = nextState(peer.state, 'lost')
  peer.life.abort(new LamparaError('peer_disconnected', `Lost ${peer.id}: ${reason}`))
  peer.settled.reject(peer.failure ?? new LamparaError('dial_failed', `Cannot connect to ${peer.id}: ${reason}`))
  const countedMs = peer.countedAtMs === undefined ? 0 : Math.max(0, nowMs - peer.countedAtMs)
  peer.lost.resolve(peer.goodbye === undefined ? { countedMs } : { countedMs, goodbye: peer.goodbye })
}
