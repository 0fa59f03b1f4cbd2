import { type Component, multiaddr } from '@multiformats/multiaddr'

/** How an address is dialed: by plain TCP, by WebSocket, or by WebSocket over TLS. */
export type DialKind =
  | { readonly transport: 'tcp' }
  | { readonly transport: 'websocket'; readonly secure: boolean; readonly host: string }

const HOSTS = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/**
 * Tells by which of this package's transports an address can be dialed.
 *
 * @returns undefined for anything else: other transports, relayed addresses, and what is no multiaddr at all
 */
export function dialKindOf(address: string): DialKind | undefined {
  const [host, port, ...rest] = componentsOf(address)
  if (host === undefined || !HOSTS.has(host.name) || port?.name !== 'tcp') return undefined
  const names = rest.map(({ name }) => name)
  if (names.at(-1) === 'p2p') names.pop()
  switch (names.join('/')) {
    case '':
      return { transport: 'tcp' }
    case 'ws':
    case 'ws/http-path':
      return { transport: 'websocket', secure: false, host: host.value ?? '' }
    case 'wss':
    case 'wss/http-path':
    case 'tls/ws':
    case 'tls/ws/http-path':
    case 'tls/sni/ws':
    case 'tls/sni/ws/http-path':
      return { transport: 'websocket', secure: true, host: host.value ?? '' }
    default:
      return undefined
  }
}

function componentsOf(address: string): Component[] {
  try {
    return multiaddr(address).getComponents()
  } catch {
    return []
  }
}
