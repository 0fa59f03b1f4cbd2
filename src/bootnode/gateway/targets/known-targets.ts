import { multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../../streams/clock.ts'
import { parseTarget, type TunnelTarget, targetAddress } from '../../../tunnel/target.ts'

/** Targets that tunnels may lead to. */
export interface KnownTargets {
  /** Notes a peer whose identity and chain were proved at an address that we dialed ourselves. What is no TCP address is passed over. */
  add(address: string): void
  has(target: TunnelTarget): boolean
  /** True for one that the operator named. */
  isNamed(target: TunnelTarget): boolean
}

const DAY_MS = 86_400_000
const MAX_TARGETS = 5000

/**
 * Makes the list of known targets: those that an operator named, for ever, and those that were reached, for a day.
 *
 * @param named - multiaddrs, each with `/p2p/…`
 * @throws LamparaError `address_invalid` for a named one that is no TCP address of a peer
 */
export function createKnownTargets(named: readonly string[], clock: Clock): KnownTargets {
  const forEver = new Set(named.map((address) => keyOf(parseTarget(multiaddr(address).getComponents()))))
  const reachedAtMs = new Map<string, number>()
  return {
    isNamed: (target) => forEver.has(keyOf(target)),
    add(address) {
      const key = tcpKeyOf(address)
      if (key === undefined) return
      // Last in order, so that the first is the one that was not reached for longest.
      reachedAtMs.delete(key)
      reachedAtMs.set(key, clock.now())
      if (reachedAtMs.size > MAX_TARGETS) reachedAtMs.delete(reachedAtMs.keys().next().value ?? '')
    },
    has(target) {
      const key = keyOf(target)
      const atMs = reachedAtMs.get(key)
      return forEver.has(key) || (atMs !== undefined && clock.now() - atMs < DAY_MS)
    },
  }
}

function keyOf(target: TunnelTarget): string {
  return targetAddress(target).toString()
}

function tcpKeyOf(address: string): string | undefined {
  try {
    return keyOf(parseTarget(multiaddr(address).getComponents()))
  } catch {
    return undefined
  }
}
