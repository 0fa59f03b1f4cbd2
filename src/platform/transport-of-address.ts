import { type Component, multiaddr } from '@multiformats/multiaddr'

/** How an address is dialed. */
export type AddressTransport =
  | { readonly transport: 'tcp' | 'quic' | 'webtransport' }
  | { readonly transport: 'websocket'; readonly secure: boolean; readonly host: string }

const NAMES = new Set(['dns', 'dns4', 'dns6'])
const IPS = new Set(['ip4', 'ip6'])

/**
 * Tells by which transport an address can be dialed.
 *
 * @returns undefined for anything else: other transports, relayed addresses, and what is no multiaddr at all
 */
export function transportOfAddress(address: string): AddressTransport | undefined {
  const [host, port, ...rest] = componentsOf(address)
  const isIp = IPS.has(host?.name ?? '')
  if (host === undefined || port === undefined || !(isIp || NAMES.has(host.name))) return undefined
  const names = rest.map(({ name }) => name)
  if (names.at(-1) === 'p2p') names.pop()
  switch (`${port.name}/${names.join('/')}`) {
    case 'tcp/':
      return { transport: 'tcp' }
    case 'tcp/ws':
    case 'tcp/ws/http-path':
      return { transport: 'websocket', secure: false, host: host.value ?? '' }
    case 'tcp/wss':
    case 'tcp/wss/http-path':
    case 'tcp/tls/ws':
    case 'tcp/tls/ws/http-path':
    case 'tcp/tls/sni/ws':
    case 'tcp/tls/sni/ws/http-path':
      return { transport: 'websocket', secure: true, host: host.value ?? '' }
    case 'udp/quic-v1':
      // The add-on resolves no names.
      return isIp ? { transport: 'quic' } : undefined
    case 'udp/quic-v1/webtransport/certhash':
    case 'udp/quic-v1/webtransport/certhash/certhash':
      return { transport: 'webtransport' }
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
