import { isLamparaError, LamparaError, type LamparaErrorCode } from '../errors/index.ts'
import { deadline, linkSignals } from '../streams/abort.ts'
import { type AskContext, askPeer, type Progress } from './ask-peer.ts'
import { createHandoff } from './handoff.ts'
import { turnOf } from './pace.ts'
import type { SelectPeer } from './peer-hooks.ts'
import { timeoutsOf } from './phases.ts'
import type { Exchange, ExchangeEnd, Protocol, RequestOptions } from './types.ts'
import { askedVersions } from './versions.ts'

/** How many peers are tried when none is named. */
const MAX_PEERS_TRIED = 3

/** What an exchange needs beside what asking one peer does. */
export interface ExchangeContext extends AskContext {
  readonly selectPeer: SelectPeer
  /** Ends every exchange. */
  readonly signal: AbortSignal
}

/** Starts an exchange at once; see `ReqResp.request()`. */
export function startExchange<Request, Response>(
  context: ExchangeContext,
  protocol: Protocol<Request, Response>,
  request: Request,
  options: RequestOptions,
): Exchange<Response> {
  const handoff = createHandoff<Response>()
  const caller = linkSignals(options.signal, context.signal)
  const progress: Progress = { chunks: 0, bytes: 0, final: false }
  let iterating = false
  let stopped = false
  let taken = 0

  const run = async (): Promise<ExchangeEnd> => {
    const timeouts = timeoutsOf(options)
    const turn = turnOf(protocol, context.chain, options)
    const limit = deadline({
      clock: context.clock,
      afterMs: timeouts.exchangeTimeoutMs === 0 ? Number.POSITIVE_INFINITY : timeouts.exchangeTimeoutMs,
      error: () => {
        const details = { protocol: protocol.name, chunks: progress.chunks }
        const words = `Cannot get ${protocol.name}: not over within ${timeouts.exchangeTimeoutMs} ms`
        return new LamparaError('exchange_timeout', words, { details })
      },
      signal: caller.signal,
    })
    const { signal } = limit
    let peer = options.peer ?? ''
    try {
      peer = await askBest(context, protocol, options.peer, progress, signal, (chosen) => {
        peer = chosen
        const deliver = (chunk: Response): Promise<void> => handoff.put(chunk, signal)
        return askPeer(context, { protocol, request, peer, turn, timeouts, signal, progress, deliver })
      })
      handoff.end()
      limit.cancel()
      // A caller that iterates decides how it ended: it may still leave before it has taken what came.
      if (iterating) await handoff.emptied(caller.signal)
      return { how: 'complete', chunks: progress.chunks, bytes: progress.bytes, peer }
    } catch (error) {
      if (stopped) return { how: 'stopped', chunks: taken, bytes: progress.bytes, peer }
      handoff.fail(error)
      throw error
    } finally {
      limit.cancel()
      caller.dispose()
    }
  }

  const ended = run()
  ended.catch(() => {})

  const stop = (): void => {
    stopped = true
    handoff.end()
    caller.abort(new LamparaError('aborted', `The caller left the exchange of ${protocol.name}`))
  }

  const exchange: Exchange<Response> = {
    ended,
    [Symbol.asyncIterator]() {
      if (iterating) throw new LamparaError('invalid_argument', `Cannot iterate ${protocol.name} twice`)
      iterating = true
      return {
        async next() {
          const result = stopped ? ({ done: true, value: undefined } as const) : await handoff.next()
          if (!result.done) taken++
          return result
        },
        async return() {
          // Nothing to stop once the caller has taken the last chunk that can come.
          if (!(progress.final && handoff.empty)) stop()
          return { done: true, value: undefined }
        },
      }
    },
    async single() {
      for await (const chunk of exchange) return chunk
      throw new LamparaError('response_empty', `Cannot get ${protocol.name}: the answer is empty`)
    },
    async all() {
      const chunks: Response[] = []
      for await (const chunk of exchange) chunks.push(chunk)
      return chunks
    },
  }
  return exchange
}

/** Failures after which another peer may do better. The request's own faults are not among them. */
const worthAnother: ReadonlySet<LamparaErrorCode> = new Set([
  'peer_unavailable',
  'peer_disconnected',
  'protocol_unsupported',
  'dial_failed',
  'dial_timeout',
  'request_timeout',
  'first_byte_timeout',
  'chunk_timeout',
  'server_error',
  'resource_unavailable',
  'response_code_unknown',
  'context_unknown',
  'length_out_of_bounds',
  'varint_invalid',
  'snappy_invalid',
  'snappy_checksum_mismatch',
  'ssz_invalid',
  'unexpected_end',
  'queue_overflow',
])

/** Asks the named peer, or the best, and the next best when that one fails before its first chunk. Tells who answered. */
async function askBest<Request, Response>(
  { selectPeer }: ExchangeContext,
  protocol: Protocol<Request, Response>,
  named: string | undefined,
  progress: Progress,
  signal: AbortSignal,
  ask: (peer: string) => Promise<void>,
): Promise<string> {
  signal.throwIfAborted()
  const tried = new Set<string>()
  let failure: unknown
  while (tried.size < MAX_PEERS_TRIED) {
    const peer = named ?? selectPeer([...askedVersions(protocol).keys()], { exclude: tried })
    if (peer === undefined || tried.has(peer)) break
    tried.add(peer)
    try {
      await ask(peer)
      return peer
    } catch (error) {
      signal.throwIfAborted()
      failure = error
      if (named !== undefined || progress.chunks > 0 || !isLamparaError(error) || !worthAnother.has(error.code)) break
    }
  }
  throw failure ?? new LamparaError('peer_unavailable', `Cannot get ${protocol.name}: no connected peer offers it`)
}
