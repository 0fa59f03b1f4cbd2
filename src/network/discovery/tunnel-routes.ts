import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerInfo } from '../../peers/types.ts'
import type { Clock } from '../../streams/clock.ts'
import { TUNNEL_NAME } from '../../tunnel/address-name.ts'
import { tunnelProtocol } from '../../tunnel/protocol.ts'

/** Gateways asked for a tunnel to one peer; the second when the first refuses or is slow. */
const MAX_GATEWAYS = 2
/** Addresses of a peer that a tunnel is asked for. */
const MAX_TARGETS = 2
/** A gateway without room is left alone for as long as it says, within these bounds. */
const BACK_OFF_MS = { least: 1_000, most: 60_000 } as const
const PLAIN_TCP = /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/[1-9]\d*(?:\/p2p\/[^/]+)?$/

/** What routes are made of. */
export interface TunnelRouteOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  readonly ownPeerId: string
  /** Ready peers. */
  peers(): readonly Pick<PeerInfo, 'id' | 'address' | 'protocols'>[]
  /** True for an address that a transport here can dial, and that may be dialed. */
  mayDial(address: string): boolean
}

/** How peers that listen on TCP are reached from where TCP cannot be dialed: through gateways that we are connected to. */
export interface TunnelRoutes {
  /** True for a TCP address that cannot be dialed directly, and that a tunnel may lead to. */
  needsTunnel(address: string): boolean
  /** True while there is a gateway to ask. */
  readonly available: boolean
  /** The addresses that can be dialed, and in place of the others the same through gateways, a few at most. */
  expand(peerId: string, addresses: readonly Multiaddr[]): readonly Multiaddr[]
  /** Takes the error of a dial by such addresses: a gateway that has no room is left alone for a while. */
  noteFailure(addresses: readonly Multiaddr[], error: unknown): void
}

/** Makes {@link TunnelRoutes}. */
export function createTunnelRoutes({ clock, random, ownPeerId, peers, mayDial }: TunnelRouteOptions): TunnelRoutes {
  const backedOffUntilMs = new Map<string, number>()

  function isBackedOff(id: string): boolean {
    const leftMs = (backedOffUntilMs.get(id) ?? 0) - clock.now()
    // A clock set back would let it rest for longer.
    return leftMs > 0 && leftMs <= BACK_OFF_MS.most
  }

  /** A gateway that is itself reached through a tunnel leads no further. */
  function gateways(): string[] {
    return peers()
      .filter(({ address, protocols }) => protocols.includes(tunnelProtocol) && !isTunnelled(address))
      .map(({ id }) => id)
      .filter((id) => !isBackedOff(id))
  }

  function needsTunnel(address: string): boolean {
    return PLAIN_TCP.test(address) && !mayDial(address) && mayDial(`/p2p/${ownPeerId}/${TUNNEL_NAME}${address}`)
  }

  return {
    needsTunnel,
    get available() {
      return gateways().length > 0
    },
    expand(peerId, addresses) {
      const texts = addresses.map((address) => address.toString())
      const direct = addresses.filter((_, i) => mayDial(texts[i]!))
      const targets = texts.filter(needsTunnel).slice(0, MAX_TARGETS)
      const through = shuffled(gateways(), random).slice(0, MAX_GATEWAYS)
      const tunnelled = targets.flatMap((target) =>
        through.map((id) => multiaddr(`/p2p/${id}/${TUNNEL_NAME}${withPeer(target, peerId)}`)),
      )
      return [...direct, ...tunnelled]
    },
    noteFailure(addresses, error) {
      const retryAfterMs = overloadOf(error)
      if (retryAfterMs === undefined) return
      const nowMs = clock.now()
      for (const [id, untilMs] of backedOffUntilMs) if (untilMs <= nowMs) backedOffUntilMs.delete(id)
      const restMs = Math.min(BACK_OFF_MS.most, Math.max(BACK_OFF_MS.least, retryAfterMs))
      for (const address of addresses) {
        const text = address.toString()
        if (isTunnelled(text)) backedOffUntilMs.set(text.split('/')[2]!, nowMs + restMs)
      }
    },
  }
}

function isTunnelled(address: string): boolean {
  return address.includes(`/${TUNNEL_NAME}/`)
}

function withPeer(address: string, peerId: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** How long to wait where a gateway said that it has no room: dialing tells it among why each address failed. */
function overloadOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const { details } = error as { readonly details?: { readonly status?: unknown; readonly retryAfterMs?: unknown } }
  if (details?.status === 'overloaded') return Number(details.retryAfterMs)
  if (!(error.cause instanceof AggregateError)) return undefined
  return error.cause.errors.map(overloadOf).find((ms) => ms !== undefined)
}
