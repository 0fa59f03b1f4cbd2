import { type Chain, epochOfSlot, forkDigests, type Hex, slotAtMs } from '../../chain/index.ts'
import { createExchangeAnswerer, recordsCodec, requestCodec } from '../../discovery/peer-exchange/index.ts'
import type { AddressEntry } from '../../peers/index.ts'
import { defineProtocol, type ReqResp } from '../../reqresp/index.ts'
import { type Clock, systemClock } from '../../streams/clock.ts'
import { peerExchangeId } from './peer-exchange-id.ts'

/** Peer exchange as a request method (docs/peer-exchange.md). */
export const peerExchange = defineProtocol({
  name: 'peer_exchange',
  id: peerExchangeId,
  request: requestCodec,
  response: recordsCodec,
  inboundRateLimit: { tokens: 2, windowMs: 20_000 },
})

/** Draws peers at random that the condition holds for, up to that many. */
export type DrawPeers = (count: number, accept: (peer: AddressEntry) => boolean) => readonly AddressEntry[]

/** A peer that was not reached for so long may be gone. */
const FRESH_MS = 24 * 3_600_000

/** Answers peer exchange from those that were reached within a day. @returns how to stop */
export function servePeerExchange(
  reqresp: ReqResp,
  draw: DrawPeers,
  clock: Pick<Clock, 'now'> = systemClock,
): () => void {
  const answer = createExchangeAnswerer()
  return reqresp.serve(peerExchange, function* (request, { peer }) {
    yield answer(request, {
      asker: peer,
      draw: (count, accept) =>
        draw(count, (entry) => entry.table === 'old' && isFresh(entry, clock.now()) && accept(entry)),
    })
  })
}

function isFresh({ succeededAtMs = 0 }: AddressEntry, nowMs: number): boolean {
  return Math.abs(nowMs - succeededAtMs) < FRESH_MS
}

/** The digest in force, first, and those that take turns with it within an epoch: clocks and records lag. */
export function presentDigests(chain: Chain, nowMs: number): readonly [Hex, ...Hex[]] {
  const epoch = Math.max(0, epochOfSlot(chain, slotAtMs(chain, nowMs)))
  const near = forkDigests(chain).filter(({ startEpoch, endEpoch }) => startEpoch - 1 <= epoch && epoch < endEpoch + 1)
  const present = near.find(({ startEpoch, endEpoch }) => startEpoch <= epoch && epoch < endEpoch)!
  return [present.digest, ...near.filter((entry) => entry !== present).map(({ digest }) => digest)]
}
