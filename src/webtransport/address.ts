import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'

/** What a WebTransport address tells. */
export interface WebTransportAddress {
  /** Where the session is asked for (libp2p specs, webtransport/README.md, "WebTransport HTTP endpoint"). */
  readonly url: string
  /** The certificates of which the peer shows one: multihashes of SHA-256. */
  readonly certhashes: readonly Uint8Array<ArrayBuffer>[]
  /** Undefined when anyone there will do. */
  readonly peerId: string | undefined
}

const ENDPOINT = '/.well-known/libp2p-webtransport?type=noise'
/** Multihash of SHA-256: its code, its length, and 32 bytes. */
const SHA2_256 = [0x12, 0x20] as const
const SHA2_256_LENGTH = 34

/**
 * Takes an address apart: `/ip4/…/udp/…/quic-v1/webtransport/certhash/…/p2p/…`.
 *
 * @throws LamparaError `address_invalid` when it names no host, port or certificate
 */
export function readWebTransportAddress(address: Multiaddr): WebTransportAddress {
  // From bytes, so that all hashes come in the one encoding that is decoded here.
  const [host, port, ...rest] = multiaddr(address.bytes).getComponents()
  const certhashes = rest
    .filter(({ name }) => name === 'certhash')
    .map(({ value = '' }) => fromBase64Url(value))
    .filter(isSha256)
  if (host?.value === undefined || port?.value === undefined || certhashes.length === 0) {
    throw new LamparaError('address_invalid', `Cannot dial ${address}: it names no certificate by its SHA-256`)
  }
  const named = host.name === 'ip6' ? `[${host.value}]` : host.value
  return {
    url: `https://${named}:${port.value}${ENDPOINT}`,
    certhashes,
    peerId: rest.find(({ name }) => name === 'p2p')?.value,
  }
}

/** The digest within a multihash of SHA-256, as browsers take it. */
export function digestOf(certhash: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return certhash.subarray(SHA2_256.length)
}

function isSha256(multihash: Uint8Array): boolean {
  return multihash.length === SHA2_256_LENGTH && SHA2_256.every((byte, index) => multihash[index] === byte)
}

/** Multibase `u`, which comes before the text. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.slice(1).replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}
