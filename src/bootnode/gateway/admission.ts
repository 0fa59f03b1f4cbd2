import { createEvictingMap } from '../../limits/evicting-map.ts'
import type { Clock } from '../../streams/clock.ts'
import type { TunnelTarget } from '../../tunnel/target.ts'
import type { BandwidthLimiter } from './bandwidth-limiter.ts'
import type { GatewayLimits } from './limits.ts'
import type { RefusalReason } from './metrics.ts'
import { createUsageScope, type UsageScope } from './usage-scope.ts'

/** As many clients, networks and targets are remembered; beyond that, new ones are refused until some can be forgotten. */
const MAX_REMEMBERED = 20_000

/** Who asks for a tunnel. */
export interface TunnelClient {
  readonly peerId: string
  /** The public network that it comes from; undefined where that tells nothing, as behind a proxy. */
  readonly network: string | undefined
}

/** A request that was not let in. */
export interface Refusal {
  readonly refused: RefusalReason
  readonly retryAfterMs: number
}

/** A place for one tunnel. */
export interface Lease {
  readonly refused?: undefined
  /** Speed is drawn from here. */
  readonly bandwidthLimiter: BandwidthLimiter
  /** Counts bytes that were moved. @returns false once the client, its network or all together have none left for today */
  spend(bytes: number): boolean
  /** The dial is over, well or not. Safe to call twice. */
  dialed(): void
  /** Gives the place back. Safe to call twice. */
  end(): void
}

/** Decides who gets a tunnel. */
export interface Admission {
  /** Counts a request. @returns the refusal of a client that asks too often */
  countRequest(client: TunnelClient): Refusal | undefined
  /** Takes a place, from which on the target counts as dialed. */
  admit(client: TunnelClient, target: TunnelTarget): Lease | Refusal
}

interface TargetUse {
  live: number
  dialedAtMs: number
  /** When each client's identity had its last tunnel; that of one which has it still may be older. */
  readonly identities: Map<string, number>
}

type ScopeName = 'client' | 'network' | 'all'

/** Makes an {@link Admission}. Pure but for the clock. */
export function createAdmission(limits: GatewayLimits, clock: Clock): Admission {
  const all = createUsageScope(limits.all, clock)
  const isIdle = ({ idle }: UsageScope): boolean => idle
  const networks = createEvictingMap<UsageScope>({ maxSize: MAX_REMEMBERED, isIdle })
  const clients = createEvictingMap<UsageScope>({ maxSize: MAX_REMEMBERED, isIdle })
  const targets = createEvictingMap<TargetUse>({
    maxSize: MAX_REMEMBERED,
    isIdle: (use) => use.live === 0 && waitOf(use.dialedAtMs) === 0 && remembered(use).size === 0,
  })
  const { identities: maxIdentities = 5, identitiesMs = Number.POSITIVE_INFINITY } = limits.target
  let dialing = 0

  function waitOf(dialedAtMs: number): number {
    const sinceMs = clock.now() - dialedAtMs
    // Set back, a clock would keep a target shut for as long.
    return sinceMs < 0 ? 0 : Math.max(0, limits.target.dialEveryMs - sinceMs)
  }

  /** The identities that a target still counts; the others are forgotten. */
  function remembered({ identities }: TargetUse): ReadonlyMap<string, number> {
    const nowMs = clock.now()
    for (const [id, atMs] of identities) if (nowMs - atMs >= identitiesMs) identities.delete(id)
    return identities
  }

  /** How long until another identity may be brought to the target; 0 for one that it knows. */
  function identityWait(use: TargetUse, peerId: string): number {
    const known = remembered(use)
    if (known.has(peerId) || known.size < maxIdentities) return 0
    return Math.max(1000, Math.min(...known.values()) + identitiesMs - clock.now())
  }

  function scopesOf({ peerId, network }: TunnelClient): (readonly [ScopeName, UsageScope | undefined])[] {
    if (network === undefined) {
      return [['client', clients.get(` ${peerId}`, () => createUsageScope(limits.client, clock, all))]]
    }
    const outer = networks.get(network, () => createUsageScope(limits.network, clock, all))
    const client = outer && clients.get(`${network} ${peerId}`, () => createUsageScope(limits.client, clock, outer))
    return [
      ['client', client],
      ['network', outer],
    ]
  }

  function usesOf({ peerId, host, port }: TunnelTarget): (TargetUse | undefined)[] {
    const create = (): TargetUse => ({
      live: 0,
      dialedAtMs: Number.NEGATIVE_INFINITY,
      identities: new Map(),
    })
    return [targets.get(peerId, create), targets.get(`${host.value} ${port}`, create)]
  }

  return {
    countRequest(client) {
      for (const [name, scope] of scopesOf(client)) {
        const retryAfterMs = scope === undefined ? 0 : scope.countDial()
        if (scope === undefined || retryAfterMs > 0) return { refused: `${name}_dials`, retryAfterMs }
      }
      return undefined
    },
    admit(client, target) {
      const named = [...scopesOf(client), ['all', all] as const]
      for (const [name, scope] of named) {
        const full = scope === undefined ? { bound: 'live' as const, waitMs: 0 } : scope.full()
        if (full !== undefined) return { refused: `${name}_${full.bound}`, retryAfterMs: full.waitMs }
      }
      if (dialing >= limits.dialing) return { refused: 'all_dialing', retryAfterMs: 1000 }
      const uses = usesOf(target).flatMap((use) => use ?? [])
      if (uses.length < 2) return { refused: 'all_live', retryAfterMs: 0 }
      const retryAfterMs = Math.max(...uses.map(({ dialedAtMs }) => waitOf(dialedAtMs)))
      if (uses.some(({ live }) => live >= limits.target.live)) {
        return { refused: 'target_live', retryAfterMs: Math.max(retryAfterMs, limits.target.dialEveryMs) }
      }
      const identityMs = Math.max(...uses.map((use) => identityWait(use, client.peerId)))
      if (identityMs > 0) return { refused: 'target_identities', retryAfterMs: identityMs }
      if (retryAfterMs > 0) return { refused: 'target_dials', retryAfterMs }
      const allWaitMs = all.countDial()
      if (allWaitMs > 0) return { refused: 'all_dials', retryAfterMs: allWaitMs }

      const scopes = named.flatMap(([, scope]) => scope ?? [])
      for (const use of uses) {
        use.live++
        use.dialedAtMs = clock.now()
        use.identities.set(client.peerId, clock.now())
      }
      for (const scope of scopes) scope.open()
      return lease(scopes, uses, client.peerId)
    },
  }

  function lease(scopes: readonly UsageScope[], uses: readonly TargetUse[], peerId: string): Lease {
    let state: 'dialing' | 'open' | 'ended' = 'dialing'
    dialing++
    function dialed(): void {
      if (state !== 'dialing') return
      state = 'open'
      dialing--
    }
    return {
      bandwidthLimiter: scopes[0]!.bandwidthLimiter,
      spend(bytes) {
        for (const scope of scopes) scope.spend(bytes)
        return !scopes.some(({ spent }) => spent)
      },
      dialed,
      end() {
        dialed()
        if (state === 'ended') return
        state = 'ended'
        for (const use of uses) {
          use.live--
          use.identities.set(peerId, clock.now())
        }
        for (const scope of scopes) scope.close()
      },
    }
  }
}
