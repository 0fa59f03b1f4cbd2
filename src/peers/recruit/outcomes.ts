import type { LamparaErrorCode } from '../../errors/index.ts'
import type { Clock } from '../../streams/clock.ts'
import type { AddressBook } from '../address-book/address-book.ts'
import type { AddressEntry } from '../address-book/entry.ts'
import type { Loss } from '../back-off.ts'
import type { PeerView } from '../types.ts'
import { afterFailedDial, afterFailureAlone, afterLostPeer, REPLACED_MS, SPARE_MS, USELESS_MS } from './cool-down.ts'
import type { RecruitHost } from './types.ts'

/** What noting outcomes needs. */
export interface OutcomesOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  readonly book: Pick<AddressBook, 'get' | 'size' | 'succeeded' | 'failed' | 'postpone'>
  readonly host: Pick<RecruitHost, 'connected' | 'counted'>
  /** False for a peer that is connected but of no use. */
  isUseful(peer: PeerView): boolean
}

/** What became of peers, as the address book is told: for how long each is left alone. */
export interface Outcomes {
  /** A dial came to a peer that counts. @returns false when it is of no use: it is left alone for a day */
  reached(peer: PeerView): boolean
  /** A dial came to nothing. */
  failed(entry: AddressEntry, code: LamparaErrorCode): void
  /** There was no seat for it any more. */
  spare(peerId: string): void
  /** It gave its place to another. The only one of its lineage may have it back soon: else that lineage had none for long. */
  replaced(peerId: string, isOnlyOne?: boolean): void
  lost(peerId: string, loss: Loss): void
  /** Peers that are kept by other means, and were dialed where the book has them. */
  noteKept(): void
  /** Peers that count and were reached before a time: they are there still, however long ago they were dialed. */
  noteHeld(beforeMs: number): void
}

/** Creates what tells the address book. */
export function createOutcomes({ clock, random, book, host, isUseful }: OutcomesOptions): Outcomes {
  /** Dials in vain since the last that was not. */
  let inVain = 0
  const postpone = (peerId: string, waitMs: number): void => book.postpone(peerId, clock.now() + waitMs)

  return {
    reached(peer) {
      inVain = 0
      const useful = isUseful(peer)
      if (useful) book.succeeded(peer.id)
      else book.failed(peer.id, { notBeforeMs: clock.now() + USELESS_MS })
      return useful
    },
    failed({ id, failures }, code) {
      inVain++
      // Without any peer at all it is most likely ourselves who are offline.
      const alone = host.connected().length === 0 && code !== 'irrelevant_network'
      const rounds = Math.floor(inVain / Math.max(1, book.size))
      const waitMs = alone ? afterFailureAlone(rounds, random) : afterFailedDial(failures, code, random)
      book.failed(id, { notBeforeMs: clock.now() + waitMs, blameless: alone })
    },
    spare: (peerId) => postpone(peerId, SPARE_MS),
    replaced: (peerId, isOnlyOne) => postpone(peerId, isOnlyOne ? SPARE_MS : REPLACED_MS),
    lost: (peerId, loss) => postpone(peerId, afterLostPeer(loss, random)),
    noteKept() {
      for (const view of host.counted()) {
        const entry = view.direction === 'outbound' ? book.get(view.id) : undefined
        if (entry === undefined || entry.succeededAtMs !== undefined || !isUseful(view)) continue
        if (entry.addresses.some((known) => withoutPeer(known) === withoutPeer(view.address))) book.succeeded(view.id)
      }
    },
    noteHeld(beforeMs) {
      for (const { id } of host.counted()) if ((book.get(id)?.succeededAtMs ?? beforeMs) < beforeMs) book.succeeded(id)
    },
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
