import type { Connection } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import type { DisconnectInfo } from '../persistent/back-off.ts'
import type { PeerInfo, RemoteMetadata, RemoteStatus } from '../types.ts'
import { nextState, type PeerState, shownState } from './lifecycle.ts'

/** A connected peer. Only the peer manager changes it. */
export interface PeerRecord {
  readonly id: string
  readonly connection: Connection
  readonly connectedAtMs: number
  seenAtMs: number
  state: PeerState
  readyAtMs?: number
  protocols: readonly string[]
  agent?: string
  status?: RemoteStatus
  metadata?: RemoteMetadata
  /** The sequence number for which metadata was asked. */
  sequence?: bigint
  latencyMs?: number
  /** When it last served data. */
  lastServedAtMs?: number
  /** The goodbye code that the peer sent. */
  goodbye?: number
  /** Why it leaves, in words; the first reason stands. */
  disconnectReason?: string
  /** Why it never became ready. */
  failure?: LamparaError
  /** A second connection, kept until it is clear that the first one works. */
  secondConnection?: Connection
  /** The snapshot handed out last, until something changes. */
  info?: PeerInfo
  /** Aborts when the peer disconnects: ends all work on it. */
  readonly abortController: AbortController
  /** Resolves when the peer is ready, rejects when it disconnects before. */
  readonly ready: PromiseWithResolvers<void>
  /** Resolves when the connection is closed. */
  readonly disconnected: PromiseWithResolvers<DisconnectInfo>
}

/** Record of a peer whose connection has just opened. */
export function createPeerRecord(id: string, connection: Connection, nowMs: number): PeerRecord {
  const ready = Promise.withResolvers<void>()
  // Nobody may be waiting for it.
  ready.promise.catch(() => {})
  return {
    id,
    connection,
    connectedAtMs: nowMs,
    seenAtMs: nowMs,
    state: nextState('dialing', 'opened'),
    protocols: [],
    abortController: new AbortController(),
    ready,
    disconnected: Promise.withResolvers<DisconnectInfo>(),
  }
}

/** The peer as others see it; the same object as long as nothing changed. */
export function peerInfoOf(peer: PeerRecord, persistent: boolean, score: number, enr: string | undefined): PeerInfo {
  const { id, connection, protocols, agent, status, metadata, connectedAtMs, seenAtMs, latencyMs, lastServedAtMs } =
    peer
  const { disconnectReason } = peer
  peer.info ??= Object.freeze({
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
    ...(disconnectReason === undefined ? {} : { disconnectReason }),
    ...(agent === undefined ? {} : { agent }),
    ...(status === undefined ? {} : { status }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(lastServedAtMs === undefined ? {} : { lastServedAtMs }),
  })
  return peer.info
}

/** Settles whatever waits for a peer whose connection is closed. */
export function endPeerRecord(peer: PeerRecord, reason: string, nowMs: number): void {
  peer.state = nextState(peer.state, 'lost')
  peer.abortController.abort(new LamparaError('peer_disconnected', `Lost ${peer.id}: ${reason}`))
  peer.ready.reject(peer.failure ?? new LamparaError('dial_failed', `Cannot connect to ${peer.id}: ${reason}`))
  const readyMs = peer.readyAtMs === undefined ? 0 : Math.max(0, nowMs - peer.readyAtMs)
  peer.disconnected.resolve(peer.goodbye === undefined ? { readyMs } : { readyMs, goodbye: peer.goodbye })
}
