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
export async function reach(
  { roster, ...dialing }: DialOptions & { readonly roster: Roster },
  id: string,
  addresses: readonly Multiaddr[],
  signal?: AbortSignal,
): Promise<ConnectedPeer> {
  const leaving = roster.get(id)
  if (leaving?.state === 'leaving') await raceSignal(leaving.lost.promise, signal)
  if (roster.get(id) === undefined) {
    const over = roster.dialing(id, String(addresses[0] ?? ''))
    await dial(dialing, id, addresses, signal).finally(over)
  }
  const peer = roster.get(id)
  if (peer === undefined)
    throw new LamparaError('dial_failed', `Cannot connect to ${id}: the connection closed at once`)
  await raceSignal(peer.settled.promise, signal)
  return peer
}
