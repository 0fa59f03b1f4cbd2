import type { Hex } from '../chain/index.ts'
import { fromHex } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { Network } from '../network/types.ts'
import { protocols } from '../reqresp/index.ts'
import type { Protocol } from '../reqresp/types.ts'
import type { LightClientObject } from '../ssz/index.ts'

/** What asking needs. */
export interface AskOptions {
  readonly signal: AbortSignal
}

/** Judges what a peer sent: throws to refuse it, tells whether it was of any use. */
export type Accept<Response> = (response: Response, peer: string) => Promise<boolean>

/**
 * Asks one peer after the other, the best first, until one gives an answer that is of use. Whose answer is true but old
 * does not keep the others from being asked.
 *
 * Completes, too, when nothing better came than answers of no use.
 *
 * @throws LamparaError `peer_unavailable` when no peer offers the method; `checkpoint_too_old` at once, since no other
 *   peer can change that; else what the last one came to
 */
export async function askPeers<Request, Response>(
  network: Network,
  protocol: Protocol<Request, Response>,
  request: Request,
  accept: Accept<Response>,
  { signal }: AskOptions,
): Promise<void> {
  const exclude = new Set<string>()
  let failure: unknown
  let answered = false
  for (;;) {
    const exchange = network.reqresp.request(protocol, request, { exclude, priority: 'high', signal })
    let useful = false
    try {
      for await (const response of exchange) {
        useful = (await accept(response, exchange.from ?? '')) || useful
        answered = true
      }
      if (useful) return
      failure = new LamparaError('response_empty', `Cannot get ${protocol.name}: the answer is empty`)
    } catch (error) {
      signal.throwIfAborted()
      if (isLamparaError(error, 'checkpoint_too_old')) throw error
      // What came and was accepted counts: the caller plans again from there.
      if (useful) return
      if (exchange.tried.length > 0) failure = error
      else if (answered) return
      else throw failure ?? error
    }
    for (const peer of exchange.tried) exclude.add(peer)
  }
}

/** Asks for the bootstrap of a trusted root. @throws LamparaError `checkpoint_unavailable` when peers answer but none has it */
export async function askBootstrap(
  network: Network,
  root: Hex,
  accept: Accept<LightClientObject<'bootstrap'>>,
  options: AskOptions,
): Promise<void> {
  try {
    await askPeers(network, protocols.lightClientBootstrap, fromHex(root, 32), accept, options)
  } catch (error) {
    if (!isLamparaError(error, 'resource_unavailable') && !isLamparaError(error, 'response_empty')) throw error
    throw new LamparaError('checkpoint_unavailable', `Cannot bootstrap from ${root}: no connected peer has it`, {
      cause: error,
      details: { root },
    })
  }
}
