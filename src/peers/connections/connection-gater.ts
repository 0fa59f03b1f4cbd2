import type { ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { InboundGate } from '../limits/inbound-gate.ts'
import { isPrivateAddress } from './private-address.ts'

/** The multicodec of `/p2p/…`. */
const P2P_CODE = 421

/** What the gater asks. */
export interface GaterOptions {
  isBanned(peerId: string): boolean
  /** Dial private addresses that were learnt, too. */
  readonly allowPrivateAddresses: boolean
  /** True when this environment can dial the address at all. */
  canDial(multiaddr: string): boolean
  /** Refuses inbound connections beyond the limits; needed where there are any. */
  readonly inbound?: InboundGate | undefined
}

/** A connection gater, and the addresses that the user named. */
export interface Gater {
  readonly connectionGater: ConnectionGater
  /** Always lets this address be dialed: the user asked for it. */
  allow(address: Multiaddr): void
  /** Refuses all inbound connections from now on. */
  refuseInbound(): void
  /** True when the address may be dialed, as far as it alone tells. */
  mayDial(address: Multiaddr): boolean
}

/**
 * Refuses banned peers both ways, and dials only addresses that were named or lead across the public internet: an unknown peer's
 * word must not make us dial hosts of the user's own network.
 */
export function createConnectionGater(options: GaterOptions): Gater {
  const named = new Set<string>()
  const { isBanned, inbound } = options
  let refusing = false
  const mayDial = (address: Multiaddr): boolean => {
    if (named.has(withoutPeer(address))) return true
    return options.canDial(address.toString()) && (options.allowPrivateAddresses || !isPrivateAddress(address))
  }
  return {
    allow: (address) => void named.add(withoutPeer(address)),
    mayDial,
    refuseInbound() {
      refusing = true
    },
    connectionGater: {
      ...inbound,
      denyInboundConnection: (connection) => refusing || (inbound?.denyInboundConnection(connection) ?? false),
      denyDialPeer: (peerId) => isBanned(peerId.toString()),
      denyDialMultiaddr: (address) => !mayDial(address),
      denyInboundEncryptedConnection: (peerId, connection) =>
        isBanned(peerId.toString()) || (inbound?.denyInboundEncryptedConnection(peerId, connection) ?? false),
      denyOutboundEncryptedConnection: (peerId) => isBanned(peerId.toString()),
    },
  }
}

function withoutPeer(address: Multiaddr): string {
  return address.decapsulateCode(P2P_CODE).toString()
}
