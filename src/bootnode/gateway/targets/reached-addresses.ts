import { multiaddr } from '@multiformats/multiaddr'
import { addressesOf, decodeEnr } from '../../../discovery/enr/index.ts'
import type { PeerInfo } from '../../../peers/types.ts'

/** Records that were read are remembered: checking a signature takes a millisecond. */
const MAX_REMEMBERED = 1000

/**
 * Makes what tells where a peer that we dialed can be reached over TCP: at the address that was dialed; where that was
 * another, as QUIC's, at those of its signed record on the same host. A record alone could lead anywhere.
 */
export function createReachedAddresses(): (
  peer: Pick<PeerInfo, 'id' | 'address' | 'direction' | 'enr'>,
) => readonly string[] {
  const remembered = new Map<string, readonly string[]>()
  return ({ id, address, direction, enr }) => {
    if (direction !== 'outbound') return []
    if (enr === undefined || isTcp(address)) return [address]
    const key = `${address} ${enr}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
    const told = toldOf(id, address, enr)
    remembered.set(key, told)
    return told
  }
}

function toldOf(id: string, address: string, text: string): readonly string[] {
  const host = hostOf(address)
  try {
    const enr = decodeEnr(text)
    if (enr.peerId !== id) return []
    return addressesOf(enr)
      .filter((told) => isTcp(told) && hostOf(told) === host)
      .map((told) => `${told}/p2p/${id}`)
  } catch {
    return []
  }
}

function isTcp(address: string): boolean {
  return /^\/[^/]+\/[^/]+\/tcp\/\d+(\/p2p\/[^/]+)?$/.test(address)
}

/** Host and its kind, as multiaddrs write them. */
function hostOf(address: string): string {
  const [host] = multiaddr(address).getComponents()
  return `${host?.name} ${host?.value}`
}
