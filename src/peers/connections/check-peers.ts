import type { PeerManagerOptions } from '../manager/options.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import type { PersistentPeers } from '../persistent/persistent-peers.ts'
import { checkAlive } from './check-alive.ts'
import type { Disconnector } from './disconnect.ts'

/** Beacon nodes answer two pings in ten seconds, and one of them is for the regular ping. */
const PROBE_EVERY_MS = 10_000

/** What probing peers needs. */
export interface CheckOptions extends Pick<PeerManagerOptions, 'clock' | 'requests'> {
  readonly registry: PeerRegistry
  readonly drop: Disconnector['drop']
  persistentPeers(): PersistentPeers
}

/** Finds connections that are dead without a word. */
export interface Checks {
  /** Probes every ready peer, drops those that do not answer within five seconds, and dials persistent peers at once. */
  all(): Promise<void>
  /** Probes one peer, if it is ready, and drops it when it does not answer. */
  one(peerId: string): Promise<void>
}

/** Creates the probes. Each peer is probed once in ten seconds at most; meanwhile its last answer counts. */
export function createChecks({ clock, requests, registry, drop, persistentPeers }: CheckOptions): Checks {
  const probes = new WeakMap<PeerRecord, { readonly atMs: number; readonly alive: Promise<boolean> }>()
  let checking: Promise<void> | undefined

  function isAlive(peer: PeerRecord): Promise<boolean> {
    const last = probes.get(peer)
    const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : clock.now() - last.atMs
    if (last !== undefined && sinceMs >= 0 && sinceMs < PROBE_EVERY_MS) return last.alive
    const alive = checkAlive(peer, { clock, requests })
    probes.set(peer, { atMs: clock.now(), alive })
    return alive
  }

  async function probe(peer: PeerRecord): Promise<void> {
    if (peer.state !== 'ready' || (await isAlive(peer))) return
    drop(peer, 'it does not answer')
  }

  async function checkAll(): Promise<void> {
    persistentPeers().dialNow()
    await Promise.all(registry.all().map(probe))
    persistentPeers().dialNow()
  }

  return {
    all() {
      checking ??= checkAll().finally(() => {
        checking = undefined
      })
      return checking
    },
    async one(peerId) {
      const peer = registry.get(peerId)
      if (peer !== undefined) await probe(peer)
    },
  }
}
