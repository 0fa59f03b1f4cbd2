import type { ConnectedPeer } from './connected-peer.ts'
import type { Keeper } from './keep.ts'
import type { Leaving } from './leaving.ts'
import type { PeersOptions } from './options.ts'
import { answersPing } from './probe.ts'
import type { Roster } from './roster.ts'

/** Beacon nodes answer two pings in ten seconds, and one of them is for the regular ping. */
const PROBE_EVERY_MS = 10_000

/** What probing peers needs. */
export interface CheckOptions extends Pick<PeersOptions, 'clock' | 'wire'> {
  readonly roster: Roster
  readonly cut: Leaving['cut']
  keeper(): Keeper
}

/** Finds connections that are dead without a word. */
export interface Checks {
  /** Probes every peer that counts, drops those that do not answer within five seconds, and dials those to keep at once. */
  all(): Promise<void>
  /** Probes one peer, if it counts, and drops it when it does not answer. */
  one(peerId: string): Promise<void>
}

/** Creates the probes. Each peer is probed once in ten seconds at most; meanwhile its last answer counts. */
export function createChecks({ clock, wire, roster, cut, keeper }: CheckOptions): Checks {
  const probes = new WeakMap<ConnectedPeer, { readonly atMs: number; readonly alive: Promise<boolean> }>()
  let checking: Promise<void> | undefined

  function isAlive(peer: ConnectedPeer): Promise<boolean> {
    const last = probes.get(peer)
    const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : clock.now() - last.atMs
    if (last !== undefined && sinceMs >= 0 && sinceMs < PROBE_EVERY_MS) return last.alive
    const alive = answersPing(peer, { clock, wire })
    probes.set(peer, { atMs: clock.now(), alive })
    return alive
  }

  async function probe(peer: ConnectedPeer): Promise<void> {
    if (peer.state !== 'counted' || (await isAlive(peer))) return
    cut(peer, 'it does not answer')
  }

  async function checkAll(): Promise<void> {
    keeper().hurry()
    await Promise.all(roster.all().map(probe))
    keeper().hurry()
  }

  return {
    all() {
      checking ??= checkAll().finally(() => {
        checking = undefined
      })
      return checking
    },
    async one(peerId) {
      const peer = roster.get(peerId)
      if (peer !== undefined) await probe(peer)
    },
  }
}
