import type { Listener, Transport } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Libp2pTransport } from '../../src/platform/transports.ts'

/** TCP that also tells the addresses by which it is reached through a tunnel. */
export function tunnelledTcp(through: (tcpAddress: string) => string): Libp2pTransport {
  return (components) => {
    const transport: Transport = tcp()(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener: Listener = createListener(options)
      const getAddrs = listener.getAddrs.bind(listener)
      listener.getAddrs = (): Multiaddr[] =>
        getAddrs().flatMap((address) => [address, multiaddr(through(String(address)))])
      return listener
    }
    return transport
  }
}
