import type { Hex } from '../../chain/index.ts'
import type { Candidate, CandidateSource } from '../../platform/candidate-source.ts'
import type { Clock } from '../../streams/clock.ts'
import { type ExchangeTransport, MAX_RECORDS, type PeerExchangeRequest } from './messages.ts'
import { type ExchangePenalty, type RecordRules, readRecords } from './read-records.ts'

/** One peer is asked again after this at the earliest: it would hardly have anything new to tell. */
const ASK_AGAIN_MS = 60_000
/** Peers asked in one turn of the source. */
const MAX_ASKED = 4

/** A peer that answers peer exchange. */
export interface ExchangePeer {
  readonly id: string
  readonly address: string
}

/** What asking peers for peers needs. */
export interface ExchangeSourceOptions extends Omit<RecordRules, 'forkDigests'> {
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
  /** What can be dialed at this moment. */
  readonly transports: readonly ExchangeTransport[]
  /** Digests that count as ours at this moment, the one in force first. */
  forkDigests(): readonly [Hex, ...Hex[]]
  /** Connected peers that offer peer exchange. */
  peers(): readonly ExchangePeer[]
  /** Asks one. @throws LamparaError as a request does; the signal's reason */
  ask(peerId: string, request: PeerExchangeRequest, signal: AbortSignal): Promise<readonly Uint8Array[]>
  onPenalty(peerId: string, penalty: ExchangePenalty, reason: string): void
}

/**
 * Other peers as a source: asks those that offer it in random order, each once a minute at most, and hands on what stands up
 * to a check (docs/peer-exchange.md). A peer that does not answer is passed over.
 */
export function createExchangeSource(options: ExchangeSourceOptions): CandidateSource {
  const { clock, random, peers, ask, onPenalty } = options
  const askedAtMs = new Map<string, number>()

  function dueNow(): readonly ExchangePeer[] {
    const nowMs = clock.now()
    const present = peers()
    for (const id of askedAtMs.keys()) if (!present.some((peer) => peer.id === id)) forget(id, nowMs)
    return present.filter(({ id }) => Math.abs(nowMs - (askedAtMs.get(id) ?? Number.NEGATIVE_INFINITY)) >= ASK_AGAIN_MS)
  }

  function next(): ExchangePeer | undefined {
    const due = dueNow()
    return due[Math.min(due.length - 1, Math.floor(random() * due.length))]
  }

  /** A peer that comes back within the minute is not to be asked sooner. */
  function forget(id: string, nowMs: number): void {
    if (nowMs - (askedAtMs.get(id) ?? 0) >= ASK_AGAIN_MS) askedAtMs.delete(id)
  }

  async function* candidatesFrom(peer: ExchangePeer, signal: AbortSignal): AsyncGenerator<Candidate> {
    askedAtMs.set(peer.id, clock.now())
    const forkDigests = options.forkDigests()
    const request = { forkDigest: forkDigests[0], transports: options.transports, limit: MAX_RECORDS }
    const records = await ask(peer.id, request, signal).catch(() => [])
    signal.throwIfAborted()
    const { candidates, penalty } = readRecords(records, { ...options, forkDigests: new Set(forkDigests) })
    if (penalty !== undefined) onPenalty(peer.id, penalty.penalty, penalty.reason)
    for (const candidate of candidates) yield { ...candidate, sourceAddress: peer.address }
  }

  return {
    name: 'peer-exchange',
    async *candidates({ signal }): AsyncGenerator<Candidate> {
      for (let asked = 0; asked < MAX_ASKED; asked++) {
        const peer = next()
        if (peer === undefined) return
        yield* candidatesFrom(peer, signal)
      }
    },
    async *candidatesOf(peerId, { signal }): AsyncGenerator<Candidate> {
      const peer = dueNow().find(({ id }) => id === peerId)
      if (peer !== undefined) yield* candidatesFrom(peer, signal)
    },
  }
}
