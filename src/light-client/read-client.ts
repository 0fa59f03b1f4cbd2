import { LamparaError, loadCode } from '../errors/index.ts'
import { raceSignal } from '../streams/abort.ts'
import { filterDefined } from '../streams/filter-defined.ts'
import type { Watchable } from '../streams/watchable.ts'
import type { GapReason, Head, HeadGap, LightClient, LightClientStatus } from './types.ts'

/** How heads that are shown are read. */
export function readHeads(
  heads: Readonly<Record<Head['kind'], Watchable<Head | undefined>>>,
  gapReasonOf: (fromSlot: number, toSlot: number) => GapReason,
): LightClient['heads'] {
  const read = ({ kind = 'optimistic', signal, gaps = false }: HeadsOptions = {}) => {
    if (gaps && kind !== 'optimistic') {
      throw new LamparaError('invalid_argument', 'Cannot tell gaps between finalized heads: they are epochs apart')
    }
    const shown = filterDefined(heads[kind].values({ signal }))
    return gaps ? readGaps(shown, gapReasonOf) : shown
  }
  // Gaps come only where they are asked for.
  return read as LightClient['heads']
}

async function* readGaps(
  heads: AsyncIterable<Head>,
  reasonOf: (fromSlot: number, toSlot: number) => GapReason,
): AsyncGenerator<Head | HeadGap, void> {
  const { withGaps } = await loadCode(() => import('./status/gaps.ts'), 'the code for gaps')
  yield* withGaps(heads, reasonOf)
}

interface HeadsOptions {
  readonly kind?: Head['kind']
  readonly signal?: AbortSignal
  readonly gaps?: boolean
}

/** Waits for a head that is current; see `LightClient.ready()`. */
export async function readyOf(
  client: Pick<LightClient, 'status' | 'watchStatus'>,
  signal: AbortSignal | undefined,
): Promise<Head> {
  const settled = Promise.withResolvers<Head>()
  const unwatch = client.watchStatus(({ state, optimistic, error }) => {
    if (state === 'following' && optimistic !== undefined) settled.resolve(optimistic)
    if (state === 'failed') settled.reject(error)
    if (state === 'stopped')
      settled.reject(new LamparaError('stopped', 'Cannot get ready: the light client was stopped'))
  })
  try {
    return await raceSignal(settled.promise, signal)
  } catch (thrown) {
    throw signal?.aborted && thrown === signal.reason ? notReady(client.status, thrown) : thrown
  } finally {
    unwatch()
  }
}

/** What a signal ended, with what kept the client from getting ready. */
function notReady({ state, message, error }: LightClientStatus, reason: unknown): LamparaError {
  const code = (reason as { readonly name?: unknown } | null)?.name === 'TimeoutError' ? 'timeout' : 'aborted'
  const words = `Cannot get ready ${code === 'timeout' ? 'in time' : 'before it was aborted'}: ${message}`
  return new LamparaError(code, words, { cause: error ?? reason, details: { state } })
}
