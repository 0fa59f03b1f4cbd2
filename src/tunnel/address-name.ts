import { registry } from '@multiformats/multiaddr'

// Apart from what else is done with such addresses: a page knows them before it loads the rest.

/** Of the range that multicodec leaves to private use: the address never leaves the machine. */
export const TUNNEL_CODE = 0x301a3b
export const TUNNEL_NAME = 'lampara-tunnel'

/** Teaches multiaddrs the word `lampara-tunnel`. Idempotent; until then addresses with it cannot be parsed. */
export function registerTunnelAddresses(): void {
  registry.addProtocol({ code: TUNNEL_CODE, name: TUNNEL_NAME })
}
