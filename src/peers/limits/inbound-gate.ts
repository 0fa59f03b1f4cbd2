import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { networkGroupOf } from '../address-book/address-group.ts'

/** What inbound connections are judged by. */
export interface InboundGateOptions {
  readonly limits: InboundLimits
  /** Peers that no limit holds for. */
  isUnconditional(peerId: string): boolean
  /** True when there may be any such. */
  readonly hasUnconditional: boolean
  /** Open connections. */
  connections(): readonly Pick<Connection, 'direction' | 'remoteAddr' | 'remotePeer'>[]
}

/** How many inbound connections there may be at once. */
export interface InboundLimits {
  readonly inbound: number
  /** Of one network group, as `networkGroupOf()` tells it; private addresses do not count. */
  readonly perGroup: number
  /** Of one network group, that have not come through the handshake yet. */
  readonly pendingPerGroup: number
}

/** The part of a connection gater that this is. Each answers true to refuse. */
export interface InboundGate {
  denyInboundConnection(connection: MultiaddrConnection): boolean
  denyInboundEncryptedConnection(peerId: PeerId, connection: MultiaddrConnection): boolean
  denyInboundUpgradedConnection(peerId: PeerId, connection: MultiaddrConnection): boolean
}

/**
 * Creates the part of a connection gater that refuses inbound connections beyond the limits: at once where nobody could be
 * exempt, otherwise as soon as it is clear who it is. A peer that dials and says nothing more must not keep others out.
 */
export function createInboundGate(options: InboundGateOptions): InboundGate {
  const { limits, isUnconditional, hasUnconditional, connections } = options
  const pending = new Map<MultiaddrConnection, string>()

  function isFull(group: string): boolean {
    const inbound = connections().filter(
      ({ direction, remotePeer }) => direction === 'inbound' && !isUnconditional(remotePeer.toString()),
    )
    if (inbound.length >= limits.inbound) return true
    if (group === 'local') return false
    return inbound.filter(({ remoteAddr }) => networkGroupOf(remoteAddr.toString()) === group).length >= limits.perGroup
  }

  function pendingOf(group: string): number {
    return [...pending.values()].filter((other) => other === group).length
  }

  function denyKnown(peerId: PeerId, connection: MultiaddrConnection): boolean {
    return !isUnconditional(peerId.toString()) && isFull(networkGroupOf(connection.remoteAddr.toString()))
  }

  return {
    denyInboundConnection(connection) {
      const group = networkGroupOf(connection.remoteAddr.toString())
      if (!hasUnconditional && isFull(group)) return true
      if (group === 'local') return false
      if (pendingOf(group) >= limits.pendingPerGroup) return true
      pending.set(connection, group)
      connection.addEventListener('close', () => pending.delete(connection))
      return false
    },
    denyInboundEncryptedConnection: denyKnown,
    denyInboundUpgradedConnection(peerId, connection) {
      pending.delete(connection)
      return denyKnown(peerId, connection)
    },
  }
}
