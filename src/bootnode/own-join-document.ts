import { encodeJoinDocument } from '../discovery/index.ts'
import type { VerifiedData } from '../light-client/serving/verified-data.ts'
import type { Network } from '../network/types.ts'
import type { BootnodeFacts } from './facts.ts'

/**
 * The join document as it stands: our own addresses, then those of our siblings; while we drain those of our siblings alone.
 *
 * @returns undefined while there is nothing to join
 */
export function joinDocumentOf(
  { chain, peerId, addresses }: Pick<Network, 'chain' | 'peerId' | 'addresses'>,
  data: Pick<VerifiedData, 'newestBootstrap'>,
  facts: Pick<BootnodeFacts, 'isDraining' | 'siblings'>,
  clockOffsetMs = 0,
): string | undefined {
  const checkpoint = data.newestBootstrap()?.root
  const bootnodes = [...(facts.isDraining() ? [] : addresses), ...(facts.siblings()?.addresses ?? [])]
  if (checkpoint === undefined || bootnodes.length === 0) return undefined
  return encodeJoinDocument({ chain, bootnodes, peerId, checkpoint, clockOffsetMs })
}
