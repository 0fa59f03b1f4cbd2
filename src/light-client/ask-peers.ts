import type { Hex } from '../chain/index.ts'
import { fromHex } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { Network } from '../network/types.ts'
import { protocols } from '../reqresp/index.ts'
import type { Protocol } from '../reqresp/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import { choosePeers } from './choose-peers.ts'

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
  let failure: unknown
  let answered = false
  for (const peer of choosePeers(network.peers, protocol)) {
    let chunks = 0
    let useful = false
    try {
      for await (const response of network.reqresp.request(protocol, request, { peer: peer.id, signal })) {
        useful = (await accept(response, peer.id)) || useful
        chunks++
      }
      if (useful) return
      answered ||= chunks > 0
      failure = new LamparaError('response_empty', `Cannot get ${protocol.name} from ${peer.id}: it sent nothing`)
    } catch (error) {
      signal.throwIfAborted()
      if (isLamparaError(error, 'checkpoint_too_old')) throw error
      // What came and was accepted counts: the caller plans again from there.
      if (useful) return
      failure = error
    }
  }
  if (answered) return
  throw failure ?? new LamparaError('peer_unavailable', `Cannot ask for ${protocol.name}: no peer offers it`)
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
