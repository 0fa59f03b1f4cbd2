import { multiaddr } from '@multiformats/multiaddr'
import { parsePeerAddress } from '../discovery/index.ts'
import { LamparaError, messageOf } from '../errors/index.ts'
import type { PersistentPeer } from '../peers/index.ts'
import type { Platform } from '../platform/platform.ts'
import { registerTunnelAddresses } from '../tunnel/address-name.ts'
import type { NetworkOptions } from './types.ts'

/**
 * Checks what was asked for before anything is started.
 *
 * @returns bootnodes and static peers, one entry a peer however many addresses it was named by
 * @throws LamparaError `invalid_argument`, `address_invalid`, `bootnodes_missing`
 */
export function checkOptions(platform: Platform, options: NetworkOptions): readonly PersistentPeer[] {
  // Before any address is read.
  registerTunnelAddresses()
  const { listen = [], announce = [] } = options
  checkWhole('maxConnections', options.maxConnections, 1)
  checkWhole('targetPeers', options.targetPeers, 0)
  checkWhole('maxBootnodes', options.maxBootnodes, 1)
  for (const address of listen) checkAddress('listen on', address)
  for (const address of announce) checkAddress('announce', address)
  const persistent = persistentPeersOf(options)
  if (platform.name === 'browser' && persistent.length === 0) {
    const reason = 'nothing in a browser finds peers by itself: name a bootnode'
    throw new LamparaError('bootnodes_missing', `Cannot create network: ${reason}`)
  }
  return persistent
}

/** Checks a number that may be left out. @throws LamparaError `invalid_argument` */
export function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  const reason = `${name} ${value} is not a whole number from ${least}`
  throw new LamparaError('invalid_argument', `Cannot create network: ${reason}`)
}

/** libp2p reads some addresses only when it first tells them, where nobody could catch the error. */
function checkAddress(what: string, address: string): void {
  try {
    multiaddr(address)
  } catch (cause) {
    throw new LamparaError('address_invalid', `Cannot ${what} "${address}": ${messageOf(cause)}`, { cause })
  }
}

/** Bootnodes and static peers, one entry a peer. @throws LamparaError `address_invalid` */
export function persistentPeersOf({
  bootnodes = [],
  staticPeers = [],
}: Pick<NetworkOptions, 'bootnodes' | 'staticPeers'>): PersistentPeer[] {
  const persistent = new Map<string, PersistentPeer>()
  for (const [kind, named] of [
    ['bootnode', bootnodes],
    ['peer', staticPeers],
  ] as const) {
    for (const text of named) {
      const { address, peerId } = parsePeerAddress(text)
      const known = persistent.get(peerId) ?? { id: peerId, kind, addresses: [] }
      persistent.set(peerId, { ...known, addresses: [...known.addresses, address] })
    }
  }
  return [...persistent.values()]
}
