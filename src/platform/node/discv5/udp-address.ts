import { multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../../errors/index.ts'

/** Where to listen. */
export interface UdpAddress {
  readonly family: 'ip4' | 'ip6'
  readonly host: string
  readonly port: number
}

/** Reads `/ip4/…/udp/…` or `/ip6/…/udp/…`. @throws LamparaError `address_invalid` */
export function readUdpAddress(address: string): UdpAddress {
  try {
    const [host, udp, ...rest] = multiaddr(address).getComponents()
    if ((host?.name !== 'ip4' && host?.name !== 'ip6') || udp?.name !== 'udp' || rest.length > 0) {
      throw new Error('it is no UDP address')
    }
    return { family: host.name, host: host.value!, port: Number(udp.value) }
  } catch (cause) {
    throw new LamparaError('address_invalid', `Cannot listen on "${address}": ${messageOf(cause)}`, { cause })
  }
}
