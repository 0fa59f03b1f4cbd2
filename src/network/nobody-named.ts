import type { NetworkOptions } from './types.ts'

/** Turns discv5 on where nobody is named, and nothing says that nobody is to be found. */
export function findWhereNobodyIsNamed(options: NetworkOptions): Pick<NetworkOptions, 'discv5'> {
  const { bootnodes, peers, records, sources, libp2p, targetPeers, discv5 } = options
  const named = [bootnodes, peers, records, sources].some((list = []) => list.length > 0)
  return named || libp2p !== undefined || targetPeers === 0 || discv5 !== undefined ? {} : { discv5: true }
}
