import { isLamparaError, LamparaError, type LamparaErrorCode } from '../../errors/index.ts'
import { type LinkedSignal, linkSignals } from '../../streams/abort.ts'
import type { CancelTimer } from '../../streams/clock.ts'
import type { RequestCost, SelectPeer } from '../callbacks.ts'
import { askedVersions, maxChunksOf } from '../protocols/versions.ts'
import type { RequestOptions } from '../types.ts'
import { type Attempt, type AttemptContext, attemptRequest, queueKeyOf } from './attempt.ts'
import { expectedMs } from './response-times.ts'

/** How many peers are asked when none is named. */
const MAX_PEERS_ASKED = 3
/** The next peer is asked, too, after so many times what the present one usually takes, within these bounds. */
const HEDGE_TIMES = 3
const HEDGE_MS = { least: 500, unknown: 2_000, most: 3_000 } as const

/** Errors another peer cannot fix. */
const notRetryable: ReadonlySet<LamparaErrorCode> = new Set(['invalid_argument', 'request_invalid', 'internal'])

/** What choosing whom to ask needs beside what asking does. */
export interface FailoverContext extends AttemptContext {
  readonly selectPeer: SelectPeer
}

/** A request that may go to several peers. */
export interface RequestPlan<Request, Response>
  extends Pick<Attempt<Request, Response>, 'protocol' | 'request' | 'queueOptions' | 'timeouts' | 'signal' | 'onBytes'>,
    Pick<RequestOptions, 'peer' | 'exclude' | 'hedgeAfterMs'> {
  /** Takes a chunk, who sent it, and whether it is the last that can come. */
  readonly onChunk: (chunk: Response, from: string, isLast: boolean, signal: AbortSignal) => Promise<void>
}

/** Peers that were asked, and the results. */
export interface FailoverProgress {
  readonly requested: Set<string>
  /** Answered or failed. */
  readonly attempted: Set<string>
  readonly answered: string[]
}

/**
 * Asks the given peer; or the best one, the next best as well when that one is slow to begin, and instead of it when it fails.
 * The first valid chunk decides whose response it is. When a response breaks off, the next peer continues where the protocol
 * defines `resume`.
 *
 * @throws LamparaError what the last one came to; `peer_unavailable` when nobody can be asked; the signal's reason
 */
export async function requestWithFailover<Request, Response>(
  context: FailoverContext,
  plan: RequestPlan<Request, Response>,
  { requested, attempted, answered }: FailoverProgress,
): Promise<void> {
  const { clock, queue, responseTimes } = context
  const { protocol, peer: named, queueOptions, signal } = plan
  const running = new Map<string, LinkedSignal>()
  const attempts: Promise<void>[] = []
  const result = Promise.withResolvers<void>()
  let { request } = plan
  let winner: string | undefined
  let emptyResponder: string | undefined
  let count = 0
  let last: Response
  let cancelHedge: CancelTimer = () => {}

  function costOf(peer: string): RequestCost {
    const queueKey = queueKeyOf(protocol, peer)
    const speed = responseTimes.of(queueKey)
    return { waitMs: queue.waitMs(queueKey, queueOptions), ...(speed && { expectedMs: expectedMs(speed) }) }
  }

  /** @returns false when there is nobody left to ask */
  function start(): boolean {
    if (requested.size >= MAX_PEERS_ASKED) return false
    const exclude = new Set([...requested, ...(plan.exclude ?? [])])
    const peer = named ?? context.selectPeer([...askedVersions(protocol).keys()], { exclude, costOf })
    if (peer === undefined || requested.has(peer)) return false
    requested.add(peer)
    const own = linkSignals(signal)
    running.set(peer, own)
    hedge(peer)
    attempts.push(attempt(peer, own))
    return true
  }

  function hedge(peer: string): void {
    cancelHedge()
    const { firstByteMs = HEDGE_MS.unknown / HEDGE_TIMES } = responseTimes.of(queueKeyOf(protocol, peer)) ?? {}
    const usualMs = Math.max(HEDGE_MS.least, Math.min(HEDGE_MS.most, HEDGE_TIMES * firstByteMs))
    const { hedgeAfterMs = usualMs, timeouts } = plan
    if (named !== undefined || requested.size >= MAX_PEERS_ASKED || hedgeAfterMs === Number.POSITIVE_INFINITY) return
    // Nobody else may be there yet: somebody may be by then.
    const again = (): void => void (start() || hedge(peer))
    cancelHedge = clock.setTimer(again, Math.min(hedgeAfterMs, timeouts.firstByteTimeoutMs / 2))
  }

  async function attempt(peer: string, own: LinkedSignal): Promise<void> {
    try {
      await attemptRequest(context, {
        ...plan,
        request,
        peer,
        signal: own.signal,
        onFirstByte: () => cancelHedge(),
        async onChunk(chunk, isLast) {
          own.signal.throwIfAborted()
          if (winner === undefined) win(peer)
          count++
          last = chunk
          await plan.onChunk(chunk, peer, isLast, own.signal)
        },
      })
      // Who is no longer waited for has nothing to tell.
      if (!running.delete(peer)) return
      attempted.add(peer)
      // An answer of nothing: somebody who is being asked may have something.
      if (winner === undefined && running.size > 0) emptyResponder ??= peer
      else finish(peer)
    } catch (error) {
      if (!running.delete(peer)) return
      if (signal.aborted) return result.reject(signal.reason)
      attempted.add(peer)
      if (
        !isLamparaError(error) ||
        notRetryable.has(error.code) ||
        !(winner === undefined || resume()) ||
        !tryNext(peer)
      ) {
        result.reject(error)
      }
    } finally {
      own.dispose()
    }
  }

  function win(peer: string): void {
    winner = peer
    attempted.add(peer)
    answered.push(peer)
    abortOthers(peer)
  }

  /** Aborts all attempts but that of the winner. */
  function abortOthers(winning?: string): void {
    cancelHedge()
    for (const [peer, own] of running) {
      if (peer === winning) continue
      running.delete(peer)
      own.abort(new LamparaError('aborted', 'Another was quicker'))
    }
  }

  function finish(peer: string): void {
    if (winner === undefined) win(peer)
    result.resolve()
  }

  /**
   * Narrows the request to what is missing, if the protocol can. @returns false if it cannot
   *
   * @returns false when that cannot be told
   */
  function resume(): boolean {
    const rest = named === undefined && protocol.resume?.(request, { count, last }, context.chain)
    if (!rest) return false
    request = rest
    winner = emptyResponder = undefined
    count = 0
    return true
  }

  /** After a failure. @returns false when no peer is left @returns false when nobody is left */
  function tryNext(failed: string): boolean {
    if (maxChunksOf(protocol, request) === 0 && answered.length > 0) result.resolve()
    else if (running.size > 0) hedge(failed)
    else if (start()) return true
    else if (emptyResponder === undefined) return false
    else finish(emptyResponder)
    return true
  }

  signal.throwIfAborted()
  if (!start()) {
    throw new LamparaError('peer_unavailable', `Cannot get ${protocol.name}: no connected peer offers it`)
  }
  try {
    await result.promise
  } finally {
    abortOthers()
    await Promise.all(attempts)
  }
}
