import type { PrivateKey } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { decodeEnr, discv5AddressesOf, type Enr } from '../../discovery/enr/index.ts'
import { readRecords } from '../../discovery/peer-exchange/read-records.ts'
import { LamparaError } from '../../errors/index.ts'
import { type AddressBook, isPrivateAddress } from '../../peers/discovery.ts'
import type { Discv5Node } from '../../platform/candidate-source.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Clock } from '../../streams/clock.ts'
import type { NetworkOptions } from '../types.ts'
import { presentDigests } from './peer-exchange.ts'

/** What joining discv5 needs of the network that it is for. */
export interface Discv5Runtime {
  readonly options: NetworkOptions
  readonly platform: Platform
  readonly privateKey: PrivateKey
  readonly clock: Clock
  readonly ownPeerId: string
  /** Our own record, as it stands. */
  enr(): Promise<string>
  /** True for an address that a transport here can dial, and that may be dialed. */
  mayDial(address: string): boolean
}

/**
 * Joins discv5 where that was asked for.
 *
 * @throws LamparaError as `Platform.startDiscv5`; `bootnodes_missing` where it can begin with none of the records named
 */
export async function joinDiscv5(runtime: Discv5Runtime, book: AddressBook): Promise<Discv5Node | undefined> {
  const { options, platform, privateKey, clock, mayDial } = runtime
  const { chain, discv5 = false, allowPrivateAddresses = false } = options
  if (discv5 === false) return undefined
  if (platform.startDiscv5 === undefined) {
    throw new LamparaError('runtime_unsupported', 'Cannot start discv5: there is no UDP here')
  }
  const { listen, bootEnrs } = discv5 === true ? {} : discv5
  const named = bootEnrs?.map((record) => decodeEnr(record)).filter(speaksDiscv5)
  if (named?.length === 0 && bootEnrs?.length !== 0) {
    throw new LamparaError('bootnodes_missing', 'Cannot start discv5: no record to begin with names a UDP port')
  }
  return platform.startDiscv5({
    listen,
    bootEnrs: named?.map(({ text }) => text),
    chainName: chain.name,
    privateKey: privateKey.raw,
    record: await runtime.enr(),
    known: [...book.entries()].flatMap(({ enr }) => enr ?? []),
    mayContact: allowPrivateAddresses ? () => true : publicOrNamed(named ?? []),
    read(record) {
      const read = readRecords([record], {
        forkDigests: new Set(presentDigests(chain, clock.now())),
        ownPeerId: runtime.ownPeerId,
        canDial: mayDial,
        knownSeq: () => undefined,
      })
      return read.candidates[0]
    },
  })
}

function speaksDiscv5({ pairs }: Enr): boolean {
  return pairs.has('udp') || pairs.has('udp6')
}

/**
 * Packets may go across the public internet, and to where the user said: an unknown peer's record must not make us dial hosts of the user's own network.
 */
function publicOrNamed(records: readonly Enr[]): (address: string) => boolean {
  const named = new Set(records.flatMap(discv5AddressesOf))
  return (address) => named.has(address) || !isPrivateAddress(multiaddr(address))
}
