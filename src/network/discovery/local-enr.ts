import type { PrivateKey } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Chain } from '../../chain/index.ts'
import { addressPairs, type Enr, encodeMultiaddrs, forkPairsAt, signEnr } from '../../discovery/enr/index.ts'
import type { Clock } from '../../streams/clock.ts'

/** What a node's own record is made of. */
export interface LocalEnrOptions {
  readonly chain: Chain
  readonly clock: Clock
  readonly privateKey: PrivateKey
  addresses(): readonly string[]
}

/** A node's own record, signed again when what it says has changed. */
export function createLocalEnr({ chain, clock, privateKey, addresses }: LocalEnrOptions): () => Enr {
  let signed: { readonly content: string; readonly enr: Enr } | undefined
  return () => {
    const forks = forkPairsAt(chain, clock.now())
    const present = addresses()
    const content = JSON.stringify([forks.map(String), present])
    if (signed?.content === content) return signed.enr
    // Grows with each change, also across restarts, without anything being stored.
    const seconds = BigInt(Math.floor(clock.now() / 1000))
    const seq = signed === undefined || seconds > signed.enr.seq ? seconds : signed.enr.seq + 1n
    const sign = (others: number): Enr =>
      signEnr(privateKey.raw, { seq, pairs: [...pairsOf(present, others), ...forks] })
    const enr = signFitting(sign)
    signed = { content, enr }
    return enr
  }
}

/** An address that leads over a relay is long: two may not fit where one does. */
function signFitting(sign: (others: number) => Enr): Enr {
  try {
    return sign(MAX_OTHERS)
  } catch {
    return sign(1)
  }
}

/** Plain TCP and QUIC on IPv4 have keys of their own; the first others fit beside them. */
function pairsOf(addresses: readonly string[], maxOthers: number): [string, Uint8Array][] {
  const where: { ip?: string; tcp?: number; quic?: number } = {}
  const others: string[] = []
  for (const address of addresses) {
    const bare = multiaddr(address).decapsulateCode(P2P_CODE).toString()
    const plain = /^\/ip4\/([\d.]+)\/(?:tcp\/(\d+)|udp\/(\d+)\/quic-v1)$/.exec(bare)
    if (plain === null || (where.ip !== undefined && where.ip !== plain[1])) {
      if (others.length < maxOthers) others.push(bare)
      continue
    }
    where.ip = plain[1]!
    if (plain[2] !== undefined) where.tcp ??= Number(plain[2])
    else where.quic ??= Number(plain[3])
  }
  return [
    ...addressPairs(where),
    ...(others.length === 0 ? [] : [['multiaddrs', encodeMultiaddrs(others)] as [string, Uint8Array]]),
  ]
}

/** The multicodec of `/p2p/…`. */
const P2P_CODE = 421
/** A record has 300 bytes in all. */
const MAX_OTHERS = 2
