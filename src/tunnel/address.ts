import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { registerTunnelAddresses, TUNNEL_CODE, TUNNEL_NAME } from './address-name.ts'
import { parseTarget, type TunnelTarget, targetAddress } from './target.ts'

const P2P_NAME = 'p2p'

/** A tunnelled address, taken apart. */
export interface TunnelAddress {
  /** Peer id of the bootnode whose gateway opens the tunnel. */
  readonly via: string
  /** How that bootnode is reached; undefined where the address names its peer id alone. */
  readonly viaAddress: Multiaddr | undefined
  readonly target: TunnelTarget
}

/**
 * The address of a target through a bootnode: `/p2p/16U…bootnode/lampara-tunnel/ip4/192.0.2.1/tcp/9000/p2p/16U…target`.
 *
 * @throws LamparaError `address_invalid` when the target is none
 */
export function tunnelAddress(via: string, target: TunnelTarget): Multiaddr {
  registerTunnelAddresses()
  return multiaddr(`/p2p/${via}/${TUNNEL_NAME}${targetAddress(target)}`)
}

/** Takes a tunnelled address apart; undefined for any other, and for a tunnel through a tunnel. */
export function parseTunnelAddress(address: Multiaddr): TunnelAddress | undefined {
  const components = address.getComponents()
  const at = components.findIndex(({ code }) => code === TUNNEL_CODE)
  const viaPeer = components[at - 1]
  if (viaPeer?.name !== P2P_NAME || viaPeer.value === undefined) return undefined
  try {
    return {
      via: peerIdFromString(viaPeer.value).toString(),
      viaAddress: at > 1 ? multiaddr(components.slice(0, at)) : undefined,
      target: parseTarget(components.slice(at + 1)),
    }
  } catch {
    return undefined
  }
}
