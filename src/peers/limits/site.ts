import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { AddressGroup } from '../../limits/handshakes.ts'
import { isPrivateAddress } from '../connections/private-address.ts'

/** Leading groups of 16 bits of an IPv6 address that a household has alone (a /56), the last by its upper half. */
const SITE_GROUPS = 4
const MAPPED_V4 = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i

/**
 * The addresses that one party mostly has together: IPv4 /24, IPv6 /56. A private address stands for itself: behind it may be a
 * proxy with everyone, or a test.
 */
export function siteOf(address: Multiaddr): AddressGroup {
  const host = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  const value = host?.value ?? ''
  const mapped = MAPPED_V4.exec(value)
  if (mapped !== null) return siteOf(multiaddr(`/ip4/${mapped[1] ?? dotted(mapped[2]!, mapped[3]!)}`))
  if (host === undefined || isPrivateAddress(address)) return { id: value || 'unknown', isPrivate: true }
  if (host.name === 'ip4') return { id: value.split('.').slice(0, 3).join('.'), isPrivate: false }
  return { id: sitePrefix(value), isPrivate: false }
}

function dotted(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}

function sitePrefix(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':')
    while (groups.length + last.length < 8) groups.push('0')
  }
  const numbers = groups.slice(0, SITE_GROUPS).map((group) => Number.parseInt(group, 16))
  numbers[SITE_GROUPS - 1]! &= 0xff00
  return numbers.map((number) => number.toString(16)).join(':')
}
