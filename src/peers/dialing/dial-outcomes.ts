import type { LamparaErrorCode } from '../../errors/index.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import type { DisconnectInfo } from '../persistent/back-off.ts'
import type { PeerInfo } from '../types.ts'
import {
  afterDisconnectedPeer,
  afterFailedDial,
  afterFailureAlone,
  NO_REQUIRED_PROTOCOL_MS,
  REPLACED_MS,
  SURPLUS_MS,
} from './retry-delay.ts'
import type { CandidateDialerHost } from './types.ts'

/** What noting outcomes needs. */
export interface DialOutcomesOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  readonly book: Pick<AddressBook, 'get' | 'size' | 'succeeded' | 'failed' | 'postpone'>
  readonly host: Pick<CandidateDialerHost, 'connected' | 'ready'>
  /** False for a peer that is connected but not useful. */
  isUseful(peer: PeerInfo): boolean
}

/** Records the outcomes of dials in the address book, with the time of the next try. */
export interface DialOutcomes {
  /** A dial came to a ready peer. @returns false when it is not useful: it is left alone for a day */
  reached(peer: PeerInfo): boolean
  /** A dial came to nothing. */
  failed(entry: AddressEntry, code: LamparaErrorCode): void
  /** No slot was free any more. */
  surplus(peerId: string): void
  /** It gave its place to another. The only one of its origin may have it back soon: else that origin had none for long. */
  replaced(peerId: string, isOnlyOne?: boolean): void
  disconnected(peerId: string, loss: DisconnectInfo): void
  /** Peers that are kept by other means, and were dialed where the book has them. */
  notePersistent(): void
  /** Ready peers and were reached before a time: they are there still, however long ago they were dialed. */
  noteConnected(beforeMs: number): void
}

/** Creates what tells the address book. */
export function createDialOutcomes({ clock, random, book, host, isUseful }: DialOutcomesOptions): DialOutcomes {
  /** Failed dials since the last that was not. */
  let failedDials = 0
  const postpone = (peerId: string, waitMs: number): void => book.postpone(peerId, clock.now() + waitMs)

  return {
    reached(peer) {
      failedDials = 0
      const useful = isUseful(peer)
      if (useful) book.succeeded(peer.id)
      else book.failed(peer.id, { notBeforeMs: clock.now() + NO_REQUIRED_PROTOCOL_MS })
      return useful
    },
    failed({ id, failures }, code) {
      failedDials++
      // Without any peer at all it is most likely ourselves who are offline.
      const alone = host.connected().length === 0 && code !== 'irrelevant_network'
      const rounds = Math.floor(failedDials / Math.max(1, book.size))
      const waitMs = alone ? afterFailureAlone(rounds, random) : afterFailedDial(failures, code, random)
      book.failed(id, { notBeforeMs: clock.now() + waitMs, blameless: alone })
    },
    surplus: (peerId) => postpone(peerId, SURPLUS_MS),
    replaced: (peerId, isOnlyOne) => postpone(peerId, isOnlyOne ? SURPLUS_MS : REPLACED_MS),
    disconnected: (peerId, loss) => postpone(peerId, afterDisconnectedPeer(loss, random)),
    notePersistent() {
      for (const view of host.ready()) {
        const entry = view.direction === 'outbound' ? book.get(view.id) : undefined
        if (entry === undefined || entry.succeededAtMs !== undefined || !isUseful(view)) continue
        if (entry.addresses.some((known) => withoutPeer(known) === withoutPeer(view.address))) book.succeeded(view.id)
      }
    },
    noteConnected(beforeMs) {
      for (const { id } of host.ready()) if ((book.get(id)?.succeededAtMs ?? beforeMs) < beforeMs) book.succeeded(id)
    },
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
