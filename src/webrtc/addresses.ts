import type { Multiaddr } from '@multiformats/multiaddr'

const HOSTS = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/** True for a WebRTC-direct address that can be dialed: one with the hash of the listener's certificate. */
export function isDirect(address: Multiaddr): boolean {
  const [host, port, ...rest] = namesOf(address)
  return HOSTS.has(host ?? '') && port === 'udp' && /^webrtc-direct(\/certhash)+(\/p2p)?$/.test(rest.join('/'))
}

/** True for a WebRTC-direct address to listen on. */
export function isDirectListen(address: Multiaddr): boolean {
  const [host, port, ...rest] = namesOf(address)
  return (host === 'ip4' || host === 'ip6') && port === 'udp' && rest.join('/') === 'webrtc-direct'
}

/** True for an address of a peer that is met over a relay, and then spoken to over WebRTC. */
export function isRelayed(address: Multiaddr): boolean {
  return /(^|\/)p2p\/p2p-circuit\/webrtc(\/p2p)?$/.test(namesOf(address).join('/'))
}

/** True for `/webrtc`, which stands for being met over whatever relay there is. */
export function isRelayedListen(address: Multiaddr): boolean {
  return namesOf(address).join('/') === 'webrtc'
}

function namesOf(address: Multiaddr): string[] {
  return address.getComponents().map(({ name }) => name)
}
