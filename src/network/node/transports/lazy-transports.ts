import type { LazyPlatformTransport, LazyTransports } from '../../../platform/transports.ts'
import { TUNNEL_NAME } from '../../../tunnel/address-name.ts'
import { loadMplex } from '../lazy-mplex.ts'

/** What a platform may load, from the one late chunk. */
export const lazyTransports: LazyTransports = {
  webTransport: async () => (await import('../../deferred.ts')).webTransport,
}

/** The transport that dials through a bootnode (docs/tunnel.md), which every platform has. */
export const lazyTunnel: LazyPlatformTransport = {
  name: 'tunnel',
  canDial: (address) => address.includes(`/${TUNNEL_NAME}/`),
  async load() {
    await loadMplex()
    return (await import('../../deferred.ts')).tunnelTransport()
  },
}
