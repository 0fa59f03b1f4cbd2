import { isLamparaError, LamparaError } from '../../errors/index.ts'
import type { Network } from '../../network/types.ts'
import { bestPeer } from '../../peers/scoring/select.ts'
import type { PeerInfo } from '../../peers/types.ts'
import type { Protocol } from '../../reqresp/types.ts'
import { type LinkedSignal, linkSignals } from '../../streams/abort.ts'
import type { CancelTimer } from '../../streams/clock.ts'
import type { AskPeer } from './first-flight.ts'

/** Peers asked at once from the beginning. */
const PARALLEL = 2
/** The most peers asked at once. */
export const MAX_PARALLEL = 8
/** Another peer is asked whenever so long passed without progress. */
const HEDGE_MS = 2_000

/** A query to several peers. */
export interface PeerQuery<Request, Response> {
  readonly protocol: Protocol<Request, Response>
  /** What to ask this peer; undefined passes it over. */
  requestTo(peer: string): Request | undefined
  /** Takes a response. @returns true when it brought progress @throws to refuse it and what else this peer sends */
  accept(response: Response, peer: string): Promise<boolean>
  /** True when nothing more is to be asked. */
  complete(): boolean
  /** The first peer that brings progress goes on alone, while it does: for answers of many chunks. @default false */
  readonly leads?: boolean
  /** Peers asked at once from the beginning, 8 at most. @default 2 */
  readonly parallel?: number
  /** Peers asked at most. @default all that offer the protocol */
  readonly maxPeers?: number
  /** How a peer is asked. @default network.reqresp.request */
  readonly ask?: AskPeer
  /** Independent path of a peer: peers of other paths are asked first. @default each peer is one */
  pathOf?(peer: string): string
  readonly signal: AbortSignal
  /** @default Math.random */
  readonly random?: () => number
}

/** What one peer came to. */
export interface PeerAnswer {
  readonly peer: string
  /** Responses that came. */
  readonly responses: number
  readonly progress: boolean
  readonly error?: unknown
}

/**
 * Asks several peers at once, best first, and one more whenever an answer brings nothing or two seconds pass without progress,
 * until the query is complete or every peer that offers the protocol was asked. Peers that connect meanwhile are asked, too.
 * The first one is the best by score and speed, each further one is random, so that being quick brings no peer more than its
 * own say.
 *
 * @returns what each peer came to, in the order of their ends
 * @throws LamparaError `peer_unavailable` when no peer offers the protocol; `checkpoint_too_old` at once, since no other peer
 *   can change that; the signal's reason
 */
export async function requestFromPeers<Request, Response>(
  network: Network,
  query: PeerQuery<Request, Response>,
): Promise<readonly PeerAnswer[]> {
  const { protocol, signal, random = Math.random, parallel = PARALLEL, maxPeers = Number.POSITIVE_INFINITY } = query
  const { clock } = network
  const ask: AskPeer = query.ask ?? network.reqresp.request
  const asked = new Set<string>()
  const askedPaths = new Set<string>()
  const running = new Map<string, LinkedSignal>()
  const answers: PeerAnswer[] = []
  const attempts: Promise<void>[] = []
  const result = Promise.withResolvers<void>()
  let leader: string | undefined
  let cancelHedge: CancelTimer = () => {}

  const pathOf = (peer: string): string => query.pathOf?.(peer) ?? peer

  function candidates(): PeerInfo[] {
    return network.peers.filter(
      ({ id, protocols }) => !asked.has(id) && (protocols.length === 0 || protocols.includes(protocol.id)),
    )
  }

  function choose(): string | undefined {
    const left = candidates()
    if (asked.size === 0) return bestPeer(left, [protocol.id], { exclude: asked })
    const identified = left.filter(({ protocols }) => protocols.length > 0)
    const pool = identified.length > 0 ? identified : left
    const fresh = pool.filter(({ id }) => !askedPaths.has(pathOf(id)))
    const drawn = fresh.length > 0 ? fresh : pool
    return drawn[Math.floor(random() * drawn.length)]?.id
  }

  /** @returns false when there is nobody left to ask */
  function start(): boolean {
    while (asked.size < maxPeers && running.size < MAX_PARALLEL) {
      const peer = choose()
      if (peer === undefined) return false
      asked.add(peer)
      askedPaths.add(pathOf(peer))
      const request = query.requestTo(peer)
      if (request === undefined && protocol.request !== undefined) continue
      const own = linkSignals(signal)
      running.set(peer, own)
      attempts.push(attempt(peer, request as Request, own))
      return true
    }
    return false
  }

  function hedge(): void {
    cancelHedge()
    cancelHedge = clock.setTimer(() => {
      start()
      hedge()
    }, HEDGE_MS)
  }

  function lead(peer: string): void {
    leader = peer
    for (const [other, own] of running) {
      if (other !== peer) own.abort(new LamparaError('aborted', 'Another peer was quicker'))
    }
  }

  async function attempt(peer: string, request: Request, own: LinkedSignal): Promise<void> {
    let responses = 0
    let progress = false
    let failure: { readonly error: unknown } | undefined
    try {
      const stream = ask(protocol, request, { peer, priority: 'high', signal: own.signal })
      for await (const response of stream) {
        responses++
        if (!(await query.accept(response, peer))) continue
        progress = true
        hedge()
        if (query.complete()) break
        if (query.leads && leader === undefined) lead(peer)
      }
    } catch (error) {
      failure = { error }
    }
    running.delete(peer)
    const surplus = own.signal.aborted && !signal.aborted
    own.dispose()
    if (signal.aborted) return result.reject(signal.reason)
    // Abandoned for a quicker one, it says nothing of this peer.
    if (surplus) return
    answers.push({ peer, responses, progress, ...failure })
    if (failure !== undefined && isLamparaError(failure.error, 'checkpoint_too_old'))
      return result.reject(failure.error)
    if (leader === peer) leader = undefined
    // What led on and ended is planned again from there.
    if (query.complete() || (query.leads && progress)) result.resolve()
    else if (!start() && running.size === 0) result.resolve()
  }

  signal.throwIfAborted()
  if (!start()) {
    // There are some, but none is to be asked now.
    if (asked.size > 0) return []
    throw new LamparaError('peer_unavailable', `Cannot get ${protocol.name}: no connected peer offers it`)
  }
  while (running.size < parallel && start());
  hedge()
  const unwatch = network.watchPeers(() => {
    while (leader === undefined && running.size > 0 && running.size < parallel && start());
  })
  try {
    await result.promise
  } finally {
    unwatch()
    cancelHedge()
    for (const own of running.values()) own.abort(new LamparaError('aborted', 'The question is answered'))
    await Promise.all(attempts)
  }
  return answers
}
