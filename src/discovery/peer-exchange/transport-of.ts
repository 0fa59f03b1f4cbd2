import { multiaddr } from '@multiformats/multiaddr'
import type { ExchangeTransport } from './messages.ts'

/** By which of the ways that peer exchange tells apart an address is reached; undefined for any other, and for no address. */
export function transportOf(address: string): ExchangeTransport | undefined {
  let names: readonly string[]
  try {
    names = multiaddr(address)
      .getComponents()
      .map(({ name }) => name)
  } catch {
    return undefined
  }
  if (names.includes('p2p-circuit')) return names.includes('webrtc') ? 'webrtc' : undefined
  if (names.includes('webrtc-direct')) return 'webrtc-direct'
  if (names.includes('webtransport')) return 'webtransport'
  if (names.includes('quic-v1')) return 'quic'
  if (names.includes('wss') || (names.includes('ws') && names.includes('tls'))) return 'wss'
  if (names.includes('ws')) return 'ws'
  return names.includes('tcp') ? 'tcp' : undefined
}
