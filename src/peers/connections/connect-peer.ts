import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../../errors/index.ts'
import { raceSignal } from '../../streams/abort.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import { type DialOptions, dial } from './dial.ts'

/**
 * Connects to a peer, if it is not connected yet, and resolves when it is ready.
 *
 * @throws LamparaError `dial_failed`, `dial_timeout`, `irrelevant_network`, or what its handshake failed with; the signal's reason
 */
export type ConnectPeer = (id: string, addresses: readonly Multiaddr[], signal?: AbortSignal) => Promise<PeerRecord>

/** Creates {@link ConnectPeer}. At most one dial per peer; concurrent callers share it. */
export function createConnector({
  registry,
  ...dialing
}: DialOptions & { readonly registry: PeerRegistry }): ConnectPeer {
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
      if (registry.get(id) !== undefined) return
    }
    const over = registry.dialing(id, String(addresses[0] ?? ''))
    const ours = dial(dialing, id, addresses, signal).finally(() => {
      over()
      dials.delete(id)
    })
    dials.set(id, ours)
    await ours
  }

  return async (id, addresses, signal) => {
    const leaving = registry.get(id)
    if (leaving?.state === 'disconnecting') await raceSignal(leaving.disconnected.promise, signal)
    if (registry.get(id) === undefined) await dialOnce(id, addresses, signal)
    const peer = registry.get(id)
    if (peer === undefined)
      throw new LamparaError('dial_failed', `Cannot connect to ${id}: the connection closed at once`)
    await raceSignal(peer.ready.promise, signal)
    return peer
  }
}
