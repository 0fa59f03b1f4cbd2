import { peerIdFromString } from '@libp2p/peer-id'
import { type Component, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../errors/index.ts'

/** Where a tunnel leads: a TCP port, and the peer that must answer there. */
export interface TunnelTarget {
  readonly peerId: string
  /** An IP address, or a name to look up: `dns4` for IPv4 addresses only, `dns6` for IPv6 ones, `dns` for either. */
  readonly host: { readonly kind: TargetHostKind; readonly value: string }
  /** 1 to 65535. */
  readonly port: number
}

/** What a target's host can be. */
export type TargetHostKind = 'ip4' | 'ip6' | 'dns' | 'dns4' | 'dns6'

const HOST_KINDS: ReadonlySet<string> = new Set<TargetHostKind>(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/**
 * Reads a target: exactly a host, `/tcp/` and a port, `/p2p/` and a peer id.
 *
 * @throws LamparaError `address_invalid` for anything else
 */
export function parseTarget(components: readonly Component[]): TunnelTarget {
  const [host, tcp, p2p, ...rest] = components
  const port = Number(tcp?.value)
  if (
    host?.value === undefined ||
    !HOST_KINDS.has(host.name) ||
    tcp?.name !== 'tcp' ||
    port < 1 ||
    p2p?.name !== 'p2p' ||
    rest.length > 0
  ) {
    throw invalid('it is not a host, TCP port and peer id')
  }
  const peerId = attempt(() => peerIdFromString(p2p.value ?? '').toString())
  return { peerId, host: { kind: host.name as TargetHostKind, value: host.value }, port }
}

/** A target as a multiaddr: `/ip4/192.0.2.1/tcp/9000/p2p/16U…`. @throws LamparaError `address_invalid` */
export function targetAddress({ peerId, host, port }: TunnelTarget): Multiaddr {
  return attempt(() => multiaddr(`/${host.kind}/${host.value}/tcp/${port}/p2p/${peerId}`))
}

/** Reads a target's multiaddr from its bytes, which must be the ones that a target is written with. @throws LamparaError `address_invalid` */
export function decodeTarget(bytes: Uint8Array): TunnelTarget {
  const address = attempt(() => multiaddr(bytes))
  const target = parseTarget(address.getComponents())
  const again = targetAddress(target).bytes
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) throw invalid('it is cut off')
  return target
}

function attempt<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw invalid(messageOf(cause), cause)
  }
}

function invalid(reason: string, cause?: unknown): LamparaError {
  return new LamparaError('address_invalid', `Cannot use the target of a tunnel: ${reason}`, { cause })
}
