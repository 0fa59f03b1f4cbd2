import { multiaddr } from '@multiformats/multiaddr'
import { isPrivateAddress } from '../connections/private-address.ts'

const NAMES = new Set(['dns', 'dns4', 'dns6', 'dnsaddr'])
/** Parts of a name that tell who holds it. */
const NAME_LABELS = 2

/**
 * The network group that an address belongs to: who has many addresses mostly has them in few groups. IPv4 /16, IPv6
 * /32, the last two labels of a name; `local` for private addresses, and for what cannot be told.
 */
export function networkGroupOf(address: string): string {
  try {
    const parsed = multiaddr(address)
    if (isPrivateAddress(parsed)) return 'local'
    const host = parsed.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6' || NAMES.has(name))
    if (host?.value === undefined) return 'local'
    if (host.name === 'ip4') return host.value.split('.').slice(0, 2).join('.')
    if (host.name === 'ip6') return firstGroups(host.value)
    return host.value.toLowerCase().split('.').filter(Boolean).slice(-NAME_LABELS).join('.')
  } catch {
    return 'local'
  }
}

function firstGroups(address: string): string {
  const [first = '0', second = '0'] = address.split('::')[0]!.split(':')
  return `${Number.parseInt(first || '0', 16).toString(16)}:${Number.parseInt(second || '0', 16).toString(16)}`
}
