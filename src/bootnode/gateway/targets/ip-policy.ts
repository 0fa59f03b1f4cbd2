import { isIP } from 'node:net'

/** Which addresses the gateway may connect to: those of the public internet, or on a devnet any that belongs to one machine. */
export type IpPolicy = 'public' | 'devnet'

type Prefix = readonly [address: string, bits: number]

/** Of no use in any network as an address to connect to: unspecified, multicast, broadcast. */
const never: readonly Prefix[] = [
  ['0.0.0.0', 8],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
  ['::', 128],
  ['ff00::', 8],
]

/** IANA's registries of special-purpose addresses: what does not lead across the public internet, and what hides another address. */
const notPublic: readonly Prefix[] = [
  ['10.0.0.0', 8],
  // Carrier-grade NAT (RFC 6598): the neighbours of a rented machine, and some clouds' metadata.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; 169.254.169.254 is the metadata service of most clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['240.0.0.0', 4],
  // Within 2000::/3; all else is refused below.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

/** The one part of IPv6 that is routed globally. It leaves out loopback, link-local, site-local and unique local addresses, IPv4 in disguise (mapped, translated, NAT64), and what is not given out yet. */
const globalV6: Prefix = ['2000::', 3]

/**
 * Whether the gateway may connect to an IP address. It is asked after names were looked up.
 *
 * @param address - as text, in any form; what is no IP address, and one with a zone, may not
 */
export function mayConnectTo(address: string, policy: IpPolicy): boolean {
  const bytes = ipBytes(address)
  if (bytes === undefined) return false
  // The kernel takes these for the IPv4 address within.
  const mapped = isMapped(bytes) ? bytes.subarray(12) : bytes
  if (isWithin(never, mapped)) return false
  if (policy === 'devnet') return true
  return !isWithin(notPublic, bytes) && (bytes.length === 4 || matches(globalV6, bytes))
}

/** The network that an address belongs to, as anyone who rents it has one: an IPv4 address, or an IPv6 /64. Undefined for what is no IP address. */
export function networkOf(address: string): string | undefined {
  const bytes = ipBytes(address)
  if (bytes === undefined) return undefined
  if (isMapped(bytes)) return bytes.subarray(12).join('.')
  if (bytes.length === 4) return bytes.join('.')
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function isWithin(prefixes: readonly Prefix[], bytes: Uint8Array): boolean {
  return prefixes.some((prefix) => matches(prefix, bytes))
}

function matches([base, bits]: Prefix, bytes: Uint8Array): boolean {
  const wanted = ipBytes(base)
  if (wanted?.length !== bytes.length) return false
  for (let i = 0; i * 8 < bits; i++) {
    const mask = 0xff << Math.max(0, 8 - (bits - i * 8))
    if (((bytes[i]! ^ wanted[i]!) & mask & 0xff) !== 0) return false
  }
  return true
}

function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length === 16 && bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  )
}

/** 4 or 16 bytes; undefined for anything that Node would not connect to without looking it up. */
function ipBytes(address: string): Uint8Array | undefined {
  if (address.includes('%')) return undefined
  switch (isIP(address)) {
    case 4:
      return v4Bytes(address)
    case 6:
      return v6Bytes(address)
    default:
      return undefined
  }
}

function v4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number)
}

function v6Bytes(address: string): Uint8Array {
  const [head = '', tail] = address.split('::')
  const before = groups(head)
  const after = groups(tail ?? '')
  return Uint8Array.from([...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after])
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return [...v4Bytes(group)]
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
