import { type Chain, type ForkDigest, forkOfDigest, type Hex, hoodi, mainnet, sepolia } from '../../chain/index.ts'
import { addressesOf, type Enr, forkIdOf } from '../../discovery/enr/index.ts'
import { escapeText } from '../../errors/index.ts'

const knownChains: readonly Chain[] = [mainnet, sepolia, hoodi]

/** What a record says, for machines. */
export interface RecordDescription {
  readonly peerId: string
  readonly nodeId: Hex
  readonly seq: string
  readonly forkDigest: Hex | null
  /** The chain and fork that the digest stands for, where it is of a chain known here. */
  readonly chain: string | null
  readonly fork: string | null
  /** Epoch of the next fork, null where none is planned or none is told. */
  readonly nextForkEpoch: number | null
  readonly addresses: readonly string[]
  readonly keys: readonly string[]
  readonly enr: string
}

/** What a record says. */
export function describeRecord(enr: Enr, chains: readonly Chain[] = knownChains): RecordDescription {
  const forkId = forkIdOf(enr)
  const found = forkId && placeOf(chains, forkId.forkDigest)
  const nextForkEpoch = forkId?.nextForkEpoch ?? Number.POSITIVE_INFINITY
  return {
    peerId: enr.peerId,
    nodeId: enr.nodeId,
    seq: enr.seq.toString(),
    forkDigest: forkId?.forkDigest ?? null,
    chain: found?.chain.name ?? null,
    fork: found?.digest.fork.name ?? null,
    nextForkEpoch: Number.isFinite(nextForkEpoch) ? nextForkEpoch : null,
    addresses: addressesOf(enr).map((address) => `${address}/p2p/${enr.peerId}`),
    keys: [...enr.pairs.keys()],
    enr: enr.text,
  }
}

/** The same in words. */
export function recordInWords(record: RecordDescription): string {
  const { chain, fork, forkDigest, nextForkEpoch, addresses } = record
  const digest =
    forkDigest === null
      ? 'none told'
      : `${forkDigest}${chain === null ? ' (of no chain known here)' : ` (${chain}, ${fork})`}`
  const lines = [
    ['peer id', record.peerId],
    ['node id', record.nodeId],
    ['sequence', record.seq],
    ['fork digest', digest],
    ['next fork', nextForkEpoch === null ? 'none planned' : `epoch ${nextForkEpoch}`],
    ['addresses', addresses.length === 0 ? 'none' : addresses.map(escapeText).join(`\n${' '.repeat(13)}`)],
    ['keys', record.keys.map(escapeText).join(', ')],
  ]
  return lines.map(([name, value]) => `${name!.padEnd(13)}${value}`).join('\n')
}

function placeOf(chains: readonly Chain[], digest: Hex): { chain: Chain; digest: ForkDigest } | undefined {
  for (const chain of chains) {
    const found = forkOfDigest(chain, digest)
    if (found !== undefined) return { chain, digest: found }
  }
  return undefined
}
