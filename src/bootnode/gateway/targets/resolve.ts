import { lookup as dnsLookup } from 'node:dns/promises'
import { raceSignal } from '../../../streams/abort.ts'
import type { TunnelTarget } from '../../../tunnel/target.ts'
import type { RefusalReason } from '../metrics.ts'
import { type IpPolicy, mayConnectTo } from './ip-policy.ts'

/** Looks a name up: its addresses of IPv4, of IPv6, or (0) of both. Rejects where it has none. */
export type NameLookup = (name: string, family: 0 | 4 | 6) => Promise<readonly string[]>

/** As this machine does it. */
export const systemLookup: NameLookup = async (name, family) => {
  const found = await dnsLookup(name, { all: true, family, order: 'ipv4first' })
  return found.map(({ address }) => address)
}

/** An address that was checked, or why there is none. */
export type Resolved =
  | { readonly ip: string; readonly refused?: undefined }
  | { readonly refused: Extract<RefusalReason, 'address_not_public' | 'name_not_found'> }

const familyOf = { dns: 0, dns4: 4, dns6: 6 } as const

/**
 * Finds the IP address to connect to. Every address that a name has must be allowed: a name with one that is not is set up
 * to lead somewhere else the next time.
 *
 * @throws the signal's reason
 */
export async function resolveTarget(
  { kind, value }: TunnelTarget['host'],
  options: { readonly lookup: NameLookup; readonly policy: IpPolicy; readonly signal: AbortSignal },
): Promise<Resolved> {
  const { lookup, policy, signal } = options
  if (kind === 'ip4' || kind === 'ip6') return checked([value], policy)
  const looking = lookup(value, familyOf[kind]).catch((): readonly string[] => [])
  return checked(await raceSignal(looking, signal), policy)
}

function checked(addresses: readonly string[], policy: IpPolicy): Resolved {
  const [ip] = addresses
  if (ip === undefined) return { refused: 'name_not_found' }
  return addresses.every((address) => mayConnectTo(address, policy)) ? { ip } : { refused: 'address_not_public' }
}
