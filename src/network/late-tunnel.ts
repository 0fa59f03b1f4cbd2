import { transportSymbol } from '@libp2p/interface'
import type { PlatformTransport } from '../platform/transports.ts'
import { raceSignal } from '../streams/abort.ts'
import { TUNNEL_NAME } from '../tunnel/address-name.ts'

const canDial = (address: string): boolean => address.includes(`/${TUNNEL_NAME}/`)

/** The transport that dials through a bootnode (docs/tunnel.md), whose code comes with the first dial. */
export function lateTunnel(): PlatformTransport {
  return {
    name: 'tunnel',
    canDial,
    create: (components) => ({
      [transportSymbol]: true,
      [Symbol.toStringTag]: '@lampara/tunnel',
      dialFilter: (addresses) => addresses.filter((address) => canDial(address.toString())),
      listenFilter: () => [],
      createListener() {
        throw new Error('tunnels are only dialed')
      },
      async dial(address, options) {
        const { tunnelTransport } = await raceSignal(import('./late.ts'), options.signal)
        return tunnelTransport()(components).dial(address, options)
      },
    }),
  }
}
