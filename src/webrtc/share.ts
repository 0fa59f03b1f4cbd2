import { LamparaError } from '../errors/index.ts'
import { localEnrProtocol } from '../network/discovery/local-enr-protocol.ts'
import type { Network } from '../network/types.ts'

/**
 * Lets bootnodes tell others of this node, which then may dial it: its node record is given to peers that ask, once there is an
 * address over a relay (`listen: ['/webrtc']`). Anyone who asks a bootnode for peers learns the peer id, and by dialing the IP address.
 *
 * @returns how to stop; bootnodes then forget it as they next ask, or when it disconnects
 * @throws LamparaError `invalid_argument` when it is shared already
 */
export function shareEnr(network: Pick<Network, 'addresses' | 'enr' | 'reqresp'>): () => void {
  return network.reqresp.serve(localEnrProtocol, async function* () {
    if (!network.addresses.some((address) => address.includes('/p2p-circuit/webrtc/'))) {
      throw new LamparaError('resource_unavailable', 'Cannot report this node: there is no address yet')
    }
    yield await network.enr()
  })
}
