import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'
import { raceSignal } from '../streams/abort.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import { type DialOptions, dial } from './dial.ts'
import type { Roster } from './roster.ts'

/**
 * Connects to a peer, if it is not connected yet, and resolves when it counts.
 *
 * @throws LamparaError `dial_failed`, `dial_timeout`, `irrelevant_network`, or what greeting it failed with; the signal's reason
 */
export type Reach = (id: string, addresses: readonly Multiaddr[], signal?: AbortSignal) => Promise<ConnectedPeer>

/** Creates {@link Reach}, which dials a peer once at a time, however many want it: a second connection is one to close again. */
export function createReach({ roster, ...dialing }: DialOptions & { readonly roster: Roster }): Reach {
  const dials = new Map<string, Promise<void>>()

  async function dialOnce(id: string, addresses: readonly Multiaddr[], signal?: AbortSignal): Promise<void> {
    for (;;) {
      const others = dials.get(id)
      if (others === undefined) break
      // Theirs may fail for an address or a signal that are not ours.
      await raceSignal(
        others.catch(() => {}),
        signal,
      )
      if (roster.get(id) !== undefined) return
    }
    const over = roster.dialing(id, String(addresses[0] ?? ''))
    const ours = dial(dialing, id, addresses, signal).finally(() => {
      over()
      dials.delete(id)
    })
    dials.set(id, ours)
    await ours
  }

  return async (id, addresses, signal) => {
    const leaving = roster.get(id)
    if (leaving?.state === 'leaving') await raceSignal(leaving.lost.promise, signal)
    if (roster.get(id) === undefined) await dialOnce(id, addresses, signal)
    const peer = roster.get(id)
    if (peer === undefined)
      throw new LamparaError('dial_failed', `Cannot connect to ${id}: the connection closed at once`)
    await raceSignal(peer.settled.promise, signal)
    return peer
  }
}
