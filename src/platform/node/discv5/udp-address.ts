import { createSocket } from 'node:dgram'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../../../errors/index.ts'

/** Where to listen. */
export interface UdpAddress {
  readonly family: 'ip4' | 'ip6'
  readonly host: string
  readonly port: number
  readonly multiaddr: Multiaddr
}

/**
 * Reads `/ip4/…/udp/…` or `/ip6/…/udp/…`, takes a free port for 0, and makes sure that the port can be had: the discv5 library
 * fails where nobody could catch it.
 *
 * @throws LamparaError `address_invalid`; `invalid_argument` when the port cannot be listened on
 */
export async function freeUdpAddress(address: string): Promise<UdpAddress> {
  const { family, host, port } = read(address)
  const free = await probe(family, host, port)
  return { family, host, port: free, multiaddr: multiaddr(`/${family}/${host}/udp/${free}`) }
}

function read(address: string): { readonly family: 'ip4' | 'ip6'; readonly host: string; readonly port: number } {
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

function probe(family: 'ip4' | 'ip6', host: string, port: number): Promise<number> {
  const socket = createSocket(family === 'ip4' ? 'udp4' : 'udp6')
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close()
      reject(
        new LamparaError('invalid_argument', `Cannot listen on ${host}, UDP port ${port}: ${messageOf(cause)}`, {
          cause,
        }),
      )
    })
    socket.bind(port, host, () => {
      const { port: bound } = socket.address()
      socket.close(() => resolve(bound))
    })
  })
}
