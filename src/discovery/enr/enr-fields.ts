import { multiaddr } from '@multiformats/multiaddr'
import {
  type Chain,
  epochOfSlot,
  forkAtEpoch,
  forkDigestAtEpoch,
  forkDigests,
  fromHex,
  type Hex,
  slotAtMs,
  toHex,
} from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { Enr } from './enr.ts'

/** FAR_FUTURE_EPOCH: no further fork is planned. */
const FAR_FUTURE_EPOCH = 2n ** 64n - 1n

/** What the `eth2` key tells (phase0/p2p-interface.md, "eth2 field"). */
export interface EnrForkId {
  readonly forkDigest: Hex
  readonly nextForkVersion: Hex
  /** Infinity where no further fork is planned. */
  readonly nextForkEpoch: number
}

/** The `eth2` key of a record; undefined where there is none. @throws LamparaError `enr_invalid` when it has not 16 bytes */
export function forkIdOf(enr: Enr): EnrForkId | undefined {
  const bytes = enr.pairs.get('eth2')
  if (bytes === undefined) return undefined
  if (bytes.length !== 16) throw new LamparaError('enr_invalid', `Cannot read eth2 of ${enr.peerId}: not 16 bytes`)
  const epoch = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8, true)
  return {
    forkDigest: toHex(bytes.subarray(0, 4)),
    nextForkVersion: toHex(bytes.subarray(4, 8)),
    nextForkEpoch: epoch === FAR_FUTURE_EPOCH ? Number.POSITIVE_INFINITY : Number(epoch),
  }
}

/** The `eth2` value of a node on a chain at a time. A blob-parameter fork changes the next epoch, not the next version. */
export function forkIdAt(chain: Chain, timeMs: number): EnrForkId {
  const epoch = Math.max(0, epochOfSlot(chain, slotAtMs(chain, timeMs)))
  const next = forkDigests(chain).find(({ startEpoch }) => startEpoch > epoch)
  return {
    forkDigest: forkDigestAtEpoch(chain, epoch),
    nextForkVersion: (next?.fork ?? forkAtEpoch(chain, epoch)).version,
    nextForkEpoch: next?.startEpoch ?? Number.POSITIVE_INFINITY,
  }
}

/**
 * What a record says about forks: `eth2`, and once Fulu is scheduled `nfd`, the digest that comes next, zeros where none does
 * (fulu/p2p-interface.md, "Next fork digest").
 */
export function forkPairsAt(chain: Chain, timeMs: number): [string, Uint8Array][] {
  const forkId = forkIdAt(chain, timeMs)
  const next = forkDigests(chain).find(({ startEpoch }) => startEpoch === forkId.nextForkEpoch)
  const pairs: [string, Uint8Array][] = [['eth2', encodeForkId(forkId)]]
  if (chain.forks.some(({ name }) => name === 'fulu')) {
    pairs.push(['nfd', next === undefined ? new Uint8Array(4) : fromHex(next.digest, 4)])
  }
  return pairs
}

/** An `eth2` value as bytes. */
export function encodeForkId({ forkDigest, nextForkVersion, nextForkEpoch }: EnrForkId): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set(fromHex(forkDigest, 4))
  bytes.set(fromHex(nextForkVersion, 4), 4)
  const epoch = nextForkEpoch === Number.POSITIVE_INFINITY ? FAR_FUTURE_EPOCH : BigInt(nextForkEpoch)
  new DataView(bytes.buffer).setBigUint64(8, epoch, true)
  return bytes
}

/**
 * How a node is reached over libp2p, by the keys of its record: QUIC before TCP, IPv4 before IPv6, then what its `multiaddrs`
 * key names; multiaddrs without `/p2p/…`.
 */
export function addressesOf(enr: Enr): string[] {
  const v4 = ipv4Of(enr.pairs.get('ip'))
  const v6 = ipv6Of(enr.pairs.get('ip6'))
  const port = (key: string): number | undefined => portOf(enr.pairs.get(key))
  const all: (string | undefined)[] = [
    udpAddress('ip4', v4, port('quic')),
    udpAddress('ip6', v6, port('quic6')),
    tcpAddress('ip4', v4, port('tcp')),
    // A record with one port for both families names it once.
    tcpAddress('ip6', v6, port('tcp6') ?? (v4 === undefined ? port('tcp') : undefined)),
  ]
  return [...all.filter((address) => address !== undefined), ...multiaddrsOf(enr.pairs.get('multiaddrs'))]
}

/** Where a node speaks discv5: multiaddrs that end with `/udp/…`, by IPv4 and by IPv6. */
export function discv5AddressesOf({ pairs }: Enr): string[] {
  const of = (family: string, host: string | undefined, key: string): string[] => {
    const port = portOf(pairs.get(key))
    return host === undefined || port === undefined ? [] : [multiaddr(`/${family}/${host}/udp/${port}`).toString()]
  }
  return [...of('ip4', ipv4Of(pairs.get('ip')), 'udp'), ...of('ip6', ipv6Of(pairs.get('ip6')), 'udp6')]
}

/** The value of the `multiaddrs` key: addresses that the other keys have no words for, each after its length in two bytes. */
export function encodeMultiaddrs(addresses: readonly string[]): Uint8Array {
  return Uint8Array.from(
    addresses.flatMap((address) => {
      const { bytes } = multiaddr(address)
      return [bytes.length >> 8, bytes.length & 0xff, ...bytes]
    }),
  )
}

function multiaddrsOf(bytes: Uint8Array | undefined): string[] {
  const addresses: string[] = []
  for (let at = 0; bytes !== undefined && at + 2 <= bytes.length; ) {
    const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!)
    try {
      if (end <= bytes.length) addresses.push(multiaddr(bytes.subarray(at + 2, end)).toString())
    } catch {
      // An address of a kind that is not known here: the others may still do.
    }
    at = end
  }
  return addresses
}

/** The values of a record that say how a node is reached. */
export function addressPairs(where: {
  readonly ip?: string
  readonly tcp?: number
  readonly udp?: number
  readonly quic?: number
}): [string, Uint8Array][] {
  const pairs: [string, Uint8Array][] = []
  if (where.ip !== undefined) pairs.push(['ip', Uint8Array.from(where.ip.split('.').map(Number))])
  for (const key of ['tcp', 'udp', 'quic'] as const) {
    const value = where[key]
    if (value !== undefined) pairs.push([key, Uint8Array.of(value >> 8, value & 0xff)])
  }
  return pairs
}

function tcpAddress(family: string, host: string | undefined, port: number | undefined): string | undefined {
  return host === undefined || port === undefined ? undefined : `/${family}/${host}/tcp/${port}`
}

function udpAddress(family: string, host: string | undefined, port: number | undefined): string | undefined {
  return host === undefined || port === undefined ? undefined : `/${family}/${host}/udp/${port}/quic-v1`
}

function portOf(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > 2) return undefined
  const port = bytes.reduce((value, byte) => value * 256 + byte, 0)
  return port === 0 ? undefined : port
}

function ipv4Of(bytes: Uint8Array | undefined): string | undefined {
  return bytes?.length === 4 ? bytes.join('.') : undefined
}

function ipv6Of(bytes: Uint8Array | undefined): string | undefined {
  if (bytes?.length !== 16) return undefined
  const groups = Array.from({ length: 8 }, (_, n) => ((bytes[2 * n]! << 8) | bytes[2 * n + 1]!).toString(16))
  return groups.join(':')
}
