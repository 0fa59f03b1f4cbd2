import { type Hex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { protocols } from '../../reqresp/index.ts'
import type { ReqResp } from '../../reqresp/types.ts'
import type { LightClientObject } from '../../ssz/index.ts'

/** Where light-client data comes from that is served to peers: verified objects only. */
export interface LightClientDataSource {
  /** The bootstrap of a block root, where there is one. */
  bootstrap(root: Hex): LightClientObject<'bootstrap'> | undefined | Promise<LightClientObject<'bootstrap'> | undefined>
  /** The best update of a sync-committee period, where there is one. */
  update(period: number): LightClientObject<'update'> | undefined | Promise<LightClientObject<'update'> | undefined>
  /**
   * The first period from a given one on of which there is an update: what a range begins with.
   *
   * @default a range begins with the first of its first 128 periods of which there is an update
   */
  firstPeriod?(from: number): number | undefined | Promise<number | undefined>
  /** The newest finality update, where there is one. */
  finalityUpdate():
    | LightClientObject<'finality_update'>
    | undefined
    | Promise<LightClientObject<'finality_update'> | undefined>
  /** The newest optimistic update, where there is one. */
  optimisticUpdate():
    | LightClientObject<'optimistic_update'>
    | undefined
    | Promise<LightClientObject<'optimistic_update'> | undefined>
}

/** The smallest of some periods that is not before a given one. */
export function firstFrom(periods: Iterable<number>, from: number): number | undefined {
  let first: number | undefined
  for (const period of periods) if (period >= from && (first === undefined || period < first)) first = period
  return first
}

/** MAX_REQUEST_LIGHT_CLIENT_UPDATES (altair/light-client/p2p-interface.md). */
export const MAX_REQUEST_LIGHT_CLIENT_UPDATES = 128

/**
 * The best updates of consecutive periods: at most 128, from the first period of the range that is known, up to the
 * first gap after it.
 *
 * Periods without data before the first known one are passed over, however many, since the specification wants "at least
 * the earliest known result within the requested range".
 */
export async function* updatesByRange(
  source: LightClientDataSource,
  startPeriod: number,
  count: number,
  signal?: AbortSignal,
): AsyncGenerator<LightClientObject<'update'>> {
  let started = false
  const first = source.firstPeriod === undefined ? startPeriod : await source.firstPeriod(startPeriod)
  if (first === undefined) return
  const limit = Math.min(count - (first - startPeriod), MAX_REQUEST_LIGHT_CLIENT_UPDATES)
  // Counted from the start: near 2^53 a period plus one is the same number again.
  for (let offset = 0; offset < limit; offset++) {
    signal?.throwIfAborted()
    const update = await source.update(first + offset)
    if (update !== undefined) {
      started = true
      yield update
    } else if (started) return
  }
}

/**
 * Answers the four light-client request methods from a source (altair/light-client/p2p-interface.md): what is absent is
 * refused with `resource_unavailable`; a range without any update is an empty answer.
 *
 * @returns how to stop serving; idempotent
 * @throws {@link LamparaError} `invalid_argument` when one of the methods is served already
 */
export function serveLightClientData(reqresp: ReqResp, source: LightClientDataSource): () => void {
  const stops: (() => void)[] = []
  const stop = (): void => {
    for (const end of stops.splice(0)) end()
  }
  try {
    stops.push(
      reqresp.serve(protocols.lightClientBootstrap, async function* (root) {
        yield present(await source.bootstrap(toHex(root)), `bootstrap of ${toHex(root)}`)
      }),
    )
    stops.push(
      reqresp.serve(protocols.lightClientUpdatesByRange, ({ startPeriod, count }, { signal }) =>
        updatesByRange(source, startPeriod, count, signal),
      ),
    )
    stops.push(
      reqresp.serve(protocols.lightClientFinalityUpdate, async function* () {
        yield present(await source.finalityUpdate(), 'finality update')
      }),
    )
    stops.push(
      reqresp.serve(protocols.lightClientOptimisticUpdate, async function* () {
        yield present(await source.optimisticUpdate(), 'optimistic update')
      }),
    )
  } catch (error) {
    stop()
    throw error
  }
  return stop
}

function present<T>(object: T | undefined, what: string): T {
  if (object === undefined) throw new LamparaError('resource_unavailable', `Cannot serve the ${what}: not available`)
  return object
}
