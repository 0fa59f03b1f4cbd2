import type { NetworkOptions } from '../network/types.ts'
import { within } from './beacon/plan.ts'
import type { DevnetOptions } from './types.ts'

const MAX_PORT = 65_535

/**
 * What the beacon node's network is reported discv5. A devnet begins with nobody where nobody is named: a replay must not
 * dial at the bootnodes of the chain that it plays.
 *
 * @throws LamparaError `invalid_argument`
 */
export function discv5Options(
  discv5: DevnetOptions['discv5'],
): Pick<NetworkOptions, 'discv5' | 'allowPrivateAddresses'> {
  if (discv5 === undefined || discv5 === false) return {}
  const { port = 0, bootEnrs = [] } = discv5 === true ? {} : discv5
  return {
    discv5: { listen: `/ip4/127.0.0.1/udp/${within('discv5.port', port, 0, MAX_PORT)}`, bootEnrs },
    allowPrivateAddresses: true,
  }
}
