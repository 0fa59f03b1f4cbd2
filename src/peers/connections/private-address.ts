import type { Multiaddr } from '@multiformats/multiaddr'

/** Address blocks that do not lead across the public internet (IANA special-purpose registries), as bits and prefix length. */
const privateV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i
const NAMES = new Set(['dns', 'dns4', 'dns6', 'dnsaddr'])

/** True for addresses that lead nowhere beyond the machine or its own network, and for those whose reach cannot be told. */
export function isPrivateAddress(address: Multiaddr): boolean {
  const host = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6' || NAMES.has(name))
  if (host?.value === undefined) return true
  if (host.name === 'ip4') return isPrivateV4(host.value)
  if (host.name === 'ip6') return isPrivateV6(host.value)
  return LOCAL_NAME.test(host.value)
}

function isPrivateV4(address: string): boolean {
  const value = v4Value(address)
  return privateV4.some(([base, length]) => value >>> (32 - length) === v4Value(base) >>> (32 - length))
}

function v4Value(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0)
}

function isPrivateV6(address: string): boolean {
  const [first = 0, second = 0] = address.split(':').map((group) => Number.parseInt(group || '0', 16))
  // Only 2000::/3 is routed globally; that leaves out addresses of IPv4 in disguise, too, but for 6to4 and Teredo.
  return first >>> 13 !== 1 || first === 0x2002 || (first === 0x2001 && second < 0x200)
}
