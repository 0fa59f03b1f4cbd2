import { LamparaError } from '../errors/index.ts'
import { deadline, linkSignals } from '../streams/abort.ts'
import { type AskBestContext, askBest, type Course } from './ask-best.ts'
import { createHandoff } from './handoff.ts'
import { turnOf } from './pace.ts'
import { timeoutsOf } from './phases.ts'
import type { Exchange, ExchangeEnd, Protocol, RequestOptions } from './types.ts'

/** What an exchange needs beside what asking does. */
export interface ExchangeContext extends AskBestContext {
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
  const handoff = createHandoff<{ readonly chunk: Response; readonly sender: string }>()
  const caller = linkSignals(options.signal, context.signal)
  const course: Course = { asked: new Set(), tried: new Set(), answered: [] }
  let chunks = 0
  let bytes = 0
  /** The chunk last delivered is the last that can come. */
  let final = false
  let from: string | undefined
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
        const details = { protocol: protocol.name, chunks }
        const words = `Cannot get ${protocol.name}: not over within ${timeouts.exchangeTimeoutMs} ms`
        return new LamparaError('exchange_timeout', words, { details })
      },
      signal: caller.signal,
    })
    const { signal } = limit
    const whoever = (): Pick<ExchangeEnd, 'peer' | 'peers'> => ({
      peer: [...course.asked, ...course.answered].at(-1) ?? '',
      peers: course.answered,
    })
    try {
      await askBest(
        context,
        {
          ...options,
          protocol,
          request,
          turn,
          timeouts,
          signal,
          onBytes(count) {
            bytes += count
          },
          deliver(chunk, sender, isLast, own) {
            chunks++
            final = isLast
            return handoff.put({ chunk, sender }, own)
          },
        },
        course,
      )
      handoff.end()
      limit.cancel()
      // A caller that iterates decides how it ended: it may still leave before it has taken what came.
      if (iterating) await handoff.emptied(caller.signal)
      return { how: 'complete', chunks, bytes, ...whoever() }
    } catch (error) {
      if (stopped) return { how: 'stopped', chunks: taken, bytes, ...whoever() }
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
    get from() {
      return from
    },
    get tried() {
      return [...course.tried]
    },
    [Symbol.asyncIterator]() {
      if (iterating) throw new LamparaError('invalid_argument', `Cannot iterate ${protocol.name} twice`)
      iterating = true
      return {
        async next() {
          const result = stopped ? ({ done: true, value: undefined } as const) : await handoff.next()
          if (result.done) return result
          taken++
          from = result.value.sender
          return { done: false, value: result.value.chunk }
        },
        async return() {
          // Nothing to stop once the caller has taken the last chunk that can come.
          if (!(final && handoff.empty)) stop()
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
