import type { LatePlatformTransport, LateTransports } from '../platform/transports.ts'
import { TUNNEL_NAME } from '../tunnel/address-name.ts'
import { loadMplex } from './late-mplex.ts'

/** What a platform may load, from the one late chunk. */
export const late: LateTransports = {
  webTransport: async () => (await import('./late.ts')).webTransport,
}

/** The transport that dials through a bootnode (docs/tunnel.md), which every platform has. */
export const lateTunnel: LatePlatformTransport = {
  name: 'tunnel',
  canDial: (address) => address.includes(`/${TUNNEL_NAME}/`),
  async load() {
    await loadMplex()
    return (await import('./late.ts')).tunnelTransport()
  },
}
