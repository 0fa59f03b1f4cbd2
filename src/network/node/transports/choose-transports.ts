import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../../../errors/index.ts'
import type { Platform } from '../../../platform/platform.ts'
import { type Libp2pTransport, type PlatformTransport, transportNames } from '../../../platform/transports.ts'
import type { TransportOptions } from '../../types.ts'
import { withEagerEncryption } from './eager-encryption.ts'
import { lazyTransport } from './lazy-transport.ts'
import { lazyTransports, lazyTunnel } from './lazy-transports.ts'

/** The transports of a network, in order of preference. */
export interface ChosenTransports {
  /** Handed to libp2p. */
  readonly create: Libp2pTransport[]
  /** True when one of them can dial the address. What is no address is false. Added ones answer once libp2p has made them. */
  canDial(address: string): boolean
  /** Those addresses that can be dialed, the best first. Two that go by the same transport stay as they are. */
  rank(addresses: readonly Multiaddr[]): readonly Multiaddr[]
}

interface Chosen {
  readonly create: Libp2pTransport
  canDial(address: string): boolean
}

/**
 * Chooses among what the platform has, as the user wishes.
 *
 * @throws LamparaError `invalid_argument` for a name that is not one, and when nothing is left
 */
export async function chooseTransports(platform: Platform, wish: TransportOptions = {}): Promise<ChosenTransports> {
  const { only = transportNames, except = [], add = [] } = wish
  const unknown = [...only, ...except].find((name) => !transportNames.includes(name))
  if (unknown !== undefined) {
    throw refusal(`there is no transport "${unknown}", only ${transportNames.join(', ')}`)
  }
  const present: readonly PlatformTransport[] = [...(await platform.transports(lazyTransports)), lazyTunnel]
  const chosen: readonly Chosen[] = [
    ...present.filter(({ name }) => only.includes(name) && !except.includes(name)).map(chosenOf),
    ...add.map(added),
  ]
  if (chosen.length === 0) {
    throw refusal(`of the transports here (${present.map(({ name }) => name).join(', ')}) none is left`)
  }
  const placeOf = (address: string): number => chosen.findIndex(({ canDial }) => canDial(address))
  return {
    create: chosen.map(({ create }) => withEagerEncryption(create)),
    canDial: (address) => placeOf(address) >= 0,
    rank: (addresses) =>
      addresses
        .map((address) => ({ address, place: placeOf(address.toString()) }))
        .filter(({ place }) => place >= 0)
        .sort((a, b) => a.place - b.place)
        .map(({ address }) => address),
  }
}

function chosenOf(transport: PlatformTransport): Chosen {
  const { canDial } = transport
  return { canDial, create: 'load' in transport ? lazyTransport(transport) : transport.create }
}

/** A transport of the user's, which alone knows what it can dial. */
function added(create: Libp2pTransport): Chosen {
  let filter: ((addresses: Multiaddr[]) => Multiaddr[]) | undefined
  return {
    create(components) {
      const transport = create(components)
      filter = (addresses) => transport.dialFilter(addresses)
      return transport
    },
    canDial(address) {
      try {
        return filter?.([multiaddr(address)]).length === 1
      } catch {
        return false
      }
    },
  }
}

function refusal(reason: string): LamparaError {
  return new LamparaError('invalid_argument', `Cannot create network: ${reason}`)
}
