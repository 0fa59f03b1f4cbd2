import { fromHex, type Hex } from '../../chain/index.ts'
import { isLamparaError, LamparaError } from '../../errors/index.ts'
import type { Network } from '../../network/types.ts'
import { protocols } from '../../reqresp/index.ts'
import type { LightClientObject } from '../../ssz/index.ts'
import { type PeerQuery, requestFromPeers } from './request-from-peers.ts'

/** How the question is asked. */
export type BootstrapOptions = Pick<PeerQuery<unknown, unknown>, 'signal' | 'random' | 'pathOf' | 'ask'>

/**
 * Asks peers for the bootstrap of a trusted root, two at once, until one gives one that is accepted.
 *
 * @param accept - throws to refuse it
 * @throws LamparaError `checkpoint_unavailable` when peers answer but none has it; `peer_unavailable` when none offers the
 *   method; `checkpoint_too_old` as `accept` throws it; else what the last peer came to; the signal's reason
 */
export async function requestBootstrap(
  network: Network,
  root: Hex,
  accept: (bootstrap: LightClientObject<'bootstrap'>, peer: string) => Promise<void>,
  options: BootstrapOptions,
): Promise<void> {
  const request = fromHex(root, 32)
  let accepted = false
  const answers = await requestFromPeers(network, {
    ...options,
    protocol: protocols.lightClientBootstrap,
    requestTo: () => request,
    async accept(bootstrap: LightClientObject<'bootstrap'>, peer) {
      if (accepted) return false
      await accept(bootstrap, peer)
      accepted = true
      return true
    },
    complete: () => accepted,
  })
  if (accepted) return
  const errors = answers.flatMap(({ error }) => (error === undefined ? [] : [error]))
  const absent = (error: unknown): boolean => isLamparaError(error, 'resource_unavailable')
  const cause = errors.find((error) => !absent(error)) ?? errors[0]
  if (cause !== undefined && !absent(cause)) throw cause
  throw new LamparaError('checkpoint_unavailable', `Cannot bootstrap from ${root}: no connected peer has it`, {
    cause,
    details: { root },
  })
}
