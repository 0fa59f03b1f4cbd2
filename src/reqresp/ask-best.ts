import { isLamparaError, LamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { type LinkedSignal, linkSignals } from '../streams/abort.ts'
import type { CancelTimer } from '../streams/clock.ts'
import { type Ask, type AskContext, askPeer, laneOf } from './ask-peer.ts'
import type { PeerMeasure, SelectPeer } from './peer-hooks.ts'
import { expectedMs } from './speeds.ts'
import type { RequestOptions } from './types.ts'
import { askedVersions, maxChunksOf } from './versions.ts'

/** How many peers are asked when none is named. */
const MAX_PEERS_ASKED = 3
/** The next peer is asked, too, after so many times what the present one usually takes, within these bounds. */
const HEDGE_TIMES = 3
const HEDGE_MS = { least: 500, unknown: 2_000, most: 3_000 } as const

/** Failures that another peer could not mend: the request's own faults, and ours. */
const past: ReadonlySet<LamparaErrorCode> = new Set(['invalid_argument', 'request_invalid', 'internal'])

/** What choosing whom to ask needs beside what asking does. */
export interface AskBestContext extends AskContext {
  readonly selectPeer: SelectPeer
}

/** A question to whoever answers it best. */
export interface Question<Request, Response>
  extends Pick<Ask<Request, Response>, 'protocol' | 'request' | 'turn' | 'timeouts' | 'signal' | 'onBytes'>,
    Pick<RequestOptions, 'peer' | 'exclude' | 'hedgeAfterMs'> {
  /** Takes a chunk, who sent it, and whether it is the last that can come. */
  readonly deliver: (chunk: Response, from: string, isLast: boolean, signal: AbortSignal) => Promise<void>
}

/** Who was asked for an answer, and what came of it. */
export interface Course {
  readonly asked: Set<string>
  /** Answered or failed. */
  readonly tried: Set<string>
  readonly answered: string[]
}

/**
 * Asks the named peer; or the best, the next best as well when that one is slow to begin, and instead of it when it fails. The
 * first valid chunk decides whose answer it is. When that breaks off, the next goes on where the protocol tells how.
 *
 * @throws LamparaError what the last one came to; `peer_unavailable` when nobody can be asked; the signal's reason
 */
export async function askBest<Request, Response>(
  context: AskBestContext,
  question: Question<Request, Response>,
  { asked, tried, answered }: Course,
): Promise<void> {
  const { clock, limiter, speeds } = context
  const { protocol, peer: named, turn, signal } = question
  const running = new Map<string, LinkedSignal>()
  const attempts: Promise<void>[] = []
  const over = Promise.withResolvers<void>()
  let { request } = question
  let winner: string | undefined
  let emptyHanded: string | undefined
  let count = 0
  let last: Response
  let cancelHedge: CancelTimer = () => {}

  function measureOf(peer: string): PeerMeasure {
    const lane = laneOf(protocol, peer)
    const speed = speeds.of(lane)
    return { waitMs: limiter.waitMs(lane, turn), ...(speed && { expectedMs: expectedMs(speed) }) }
  }

  /** @returns false when there is nobody left to ask */
  function start(): boolean {
    if (asked.size >= MAX_PEERS_ASKED) return false
    const exclude = new Set([...asked, ...(question.exclude ?? [])])
    const peer = named ?? context.selectPeer([...askedVersions(protocol).keys()], { exclude, measureOf })
    if (peer === undefined || asked.has(peer)) return false
    asked.add(peer)
    const own = linkSignals(signal)
    running.set(peer, own)
    hedge(peer)
    attempts.push(attempt(peer, own))
    return true
  }

  function hedge(peer: string): void {
    cancelHedge()
    const { firstByteMs = HEDGE_MS.unknown / HEDGE_TIMES } = speeds.of(laneOf(protocol, peer)) ?? {}
    const usualMs = Math.max(HEDGE_MS.least, Math.min(HEDGE_MS.most, HEDGE_TIMES * firstByteMs))
    const { hedgeAfterMs = usualMs, timeouts } = question
    if (named !== undefined || asked.size >= MAX_PEERS_ASKED || hedgeAfterMs === Number.POSITIVE_INFINITY) return
    // Nobody else may be there yet: somebody may be by then.
    const again = (): void => void (start() || hedge(peer))
    cancelHedge = clock.setTimer(again, Math.min(hedgeAfterMs, timeouts.firstByteTimeoutMs / 2))
  }

  async function attempt(peer: string, own: LinkedSignal): Promise<void> {
    try {
      await askPeer(context, {
        ...question,
        request,
        peer,
        signal: own.signal,
        onBegun: () => cancelHedge(),
        async deliver(chunk, isLast) {
          own.signal.throwIfAborted()
          if (winner === undefined) win(peer)
          count++
          last = chunk
          await question.deliver(chunk, peer, isLast, own.signal)
        },
      })
      // Who is no longer waited for has nothing to tell.
      if (!running.delete(peer)) return
      tried.add(peer)
      // An answer of nothing: somebody who is being asked may have something.
      if (winner === undefined && running.size > 0) emptyHanded ??= peer
      else finish(peer)
    } catch (error) {
      if (!running.delete(peer)) return
      if (signal.aborted) return over.reject(signal.reason)
      tried.add(peer)
      if (!isLamparaError(error) || past.has(error.code) || !(winner === undefined || resume()) || !goOn(peer)) {
        over.reject(error)
      }
    } finally {
      own.dispose()
    }
  }

  function win(peer: string): void {
    winner = peer
    tried.add(peer)
    answered.push(peer)
    leave(peer)
  }

  /** Asks no longer, but for who answers. */
  function leave(winning?: string): void {
    cancelHedge()
    for (const [peer, own] of running) {
      if (peer === winning) continue
      running.delete(peer)
      own.abort(new LamparaError('aborted', 'Another was quicker'))
    }
  }

  function finish(peer: string): void {
    if (winner === undefined) win(peer)
    over.resolve()
  }

  /** Turns to what is left of an answer that broke off. @returns false when that cannot be told */
  function resume(): boolean {
    const rest = named === undefined && protocol.resume?.(request, { count, last }, context.chain)
    if (!rest) return false
    request = rest
    winner = emptyHanded = undefined
    count = 0
    return true
  }

  /** After a failure. @returns false when nobody is left */
  function goOn(failed: string): boolean {
    if (maxChunksOf(protocol, request) === 0 && answered.length > 0) over.resolve()
    else if (running.size > 0) hedge(failed)
    else if (start()) return true
    else if (emptyHanded === undefined) return false
    else finish(emptyHanded)
    return true
  }

  signal.throwIfAborted()
  if (!start()) {
    throw new LamparaError('peer_unavailable', `Cannot get ${protocol.name}: no connected peer offers it`)
  }
  try {
    await over.promise
  } finally {
    leave()
    await Promise.all(attempts)
  }
}
