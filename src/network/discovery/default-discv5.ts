import type { NetworkOptions } from '../types.ts'

/** Enables discv5 when no peers are configured. */
export function defaultDiscv5(options: NetworkOptions): Pick<NetworkOptions, 'discv5'> {
  const { bootnodes, staticPeers, enrs, peerSources, libp2p, targetPeers, discv5 } = options
  const named = [bootnodes, staticPeers, enrs, peerSources].some((list = []) => list.length > 0)
  return named || libp2p !== undefined || targetPeers === 0 || discv5 !== undefined ? {} : { discv5: true }
}
