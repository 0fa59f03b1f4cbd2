import { LamparaError } from '../../errors/index.ts'
import { deadline, linkSignals } from '../../streams/abort.ts'
import { queueOptionsOf } from '../limits/outbound-rate-limit.ts'
import { timeoutsOf } from '../timeouts.ts'
import type { Protocol, RequestOptions, ResponseStream, ResponseSummary } from '../types.ts'
import { type FailoverContext, type FailoverProgress, requestWithFailover } from './failover.ts'
import { createSingleSlotChannel } from './single-slot-channel.ts'

/** What an exchange needs beside what asking does. */
export interface RequestContext extends FailoverContext {
  /** Ends every exchange. */
  readonly signal: AbortSignal
}

/** Starts an exchange at once; see `ReqResp.request()`. */
export function startRequest<Request, Response>(
  context: RequestContext,
  protocol: Protocol<Request, Response>,
  request: Request,
  options: RequestOptions,
): ResponseStream<Response> {
  const channel = createSingleSlotChannel<{ readonly chunk: Response; readonly sender: string }>()
  const caller = linkSignals(options.signal, context.signal)
  const progress: FailoverProgress = { requested: new Set(), attempted: new Set(), answered: [] }
  let chunks = 0
  let bytes = 0
  /** The chunk last delivered is the last that can come. */
  let final = false
  let from: string | undefined
  let iterating = false
  let stopped = false
  let taken = 0

  const run = async (): Promise<ResponseSummary> => {
    const timeouts = timeoutsOf(options)
    const queueOptions = queueOptionsOf(protocol, context.chain, options)
    const limit = deadline({
      clock: context.clock,
      afterMs: timeouts.totalTimeoutMs === 0 ? Number.POSITIVE_INFINITY : timeouts.totalTimeoutMs,
      error: () => {
        const details = { protocol: protocol.name, chunks }
        const words = `Cannot get ${protocol.name}: not over within ${timeouts.totalTimeoutMs} ms`
        return new LamparaError('total_timeout', words, { details })
      },
      signal: caller.signal,
    })
    const { signal } = limit
    const responders = (): Pick<ResponseSummary, 'peer' | 'peers'> => ({
      peer: [...progress.requested, ...progress.answered].at(-1) ?? '',
      peers: progress.answered,
    })
    try {
      await requestWithFailover(
        context,
        {
          ...options,
          protocol,
          request,
          queueOptions,
          timeouts,
          signal,
          onBytes(count) {
            bytes += count
          },
          onChunk(chunk, sender, isLast, own) {
            chunks++
            final = isLast
            return channel.put({ chunk, sender }, own)
          },
        },
        progress,
      )
      channel.end()
      limit.cancel()
      // A caller that iterates decides how it ended: it may still leave before it has taken what came.
      if (iterating) await channel.emptied(caller.signal)
      return { outcome: 'complete', chunks, bytes, ...responders() }
    } catch (error) {
      if (stopped) return { outcome: 'cancelled', chunks: taken, bytes, ...responders() }
      channel.fail(error)
      throw error
    } finally {
      limit.cancel()
      caller.dispose()
    }
  }

  const completed = run()
  completed.catch(() => {})

  const stop = (): void => {
    stopped = true
    channel.end()
    caller.abort(new LamparaError('aborted', `The caller left the exchange of ${protocol.name}`))
  }

  const stream: ResponseStream<Response> = {
    completed,
    get from() {
      return from
    },
    get attemptedPeers() {
      return [...progress.attempted]
    },
    [Symbol.asyncIterator]() {
      if (iterating) throw new LamparaError('invalid_argument', `Cannot iterate ${protocol.name} twice`)
      iterating = true
      return {
        async next() {
          const result = stopped ? ({ done: true, value: undefined } as const) : await channel.next()
          if (result.done) return result
          taken++
          from = result.value.sender
          return { done: false, value: result.value.chunk }
        },
        async return() {
          // Nothing to stop once the caller has taken the last chunk that can come.
          if (!(final && channel.empty)) stop()
          return { done: true, value: undefined }
        },
      }
    },
    async single() {
      for await (const chunk of stream) return chunk
      throw new LamparaError('response_empty', `Cannot get ${protocol.name}: the answer is empty`)
    },
    async all() {
      const chunks: Response[] = []
      for await (const chunk of stream) chunks.push(chunk)
      return chunks
    },
  }
  return stream
}
