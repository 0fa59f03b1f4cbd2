import { parse } from 'yaml'
import {
  type Chain,
  createChain,
  type ForkName,
  fromHex,
  type Hex,
  mainnet,
  sepolia,
} from '../../../src/chain/index.ts'
import {
  decodeLightClientObject,
  decodeLightClientObjectOfDigest,
  decodeUpdateStream,
  type LightClientKind,
  type LightClientObject,
  lightClientForkOf,
  lightClientObjectFromJson,
} from '../../../src/ssz/index.ts'
import { fixtures } from '../fixtures.ts'

/** One entry of `light-client/index.json`, whose expectations were computed by other software. */
export interface Recorded {
  readonly file: string
  readonly at?: string
  readonly encoding: 'json' | 'ssz' | 'len64+digest+ssz' | 'digest+ssz' | 'ssz-list(digest+ssz)'
  readonly kind: string
  readonly network: 'mainnet' | 'goerli' | 'sepolia'
  readonly fork_at_slot: ForkName
  readonly slot: number
  readonly signature_slot?: number
  readonly finalized_slot?: number
  readonly participants?: number
  readonly beacon_block_root: Hex
  readonly finalized_block_root?: Hex
  readonly hash_tree_root: Hex
  readonly ssz_bytes: number
}

interface RecordedIndex {
  readonly genesis_validators_root: Readonly<Record<string, Hex>>
  readonly fork_schedule: Readonly<Record<string, readonly { fork: string; version: Hex; epoch: number }[]>>
  readonly objects: readonly Recorded[]
}

const index = (fixtures.available ? fixtures.json('light-client/index.json') : { objects: [] }) as RecordedIndex

/** Every recorded object. */
export const recorded: readonly Recorded[] = index.objects

const kinds: Readonly<Record<string, LightClientKind>> = {
  LightClientBootstrap: 'bootstrap',
  LightClientUpdate: 'update',
  LightClientFinalityUpdate: 'finality_update',
  LightClientOptimisticUpdate: 'optimistic_update',
}

/** The kind of a recorded object. */
export function kindOf(entry: Recorded): LightClientKind {
  return kinds[entry.kind]!
}

/** The chain that a recorded object is of. */
export function chainOf(entry: Recorded): Chain {
  return entry.network === 'mainnet' ? mainnet : entry.network === 'sepolia' ? sepolia : goerli()
}

let goerliChain: Chain | undefined
function goerli(): Chain {
  if (goerliChain !== undefined) return goerliChain
  const config: Record<string, unknown> = { PRESET_BASE: 'mainnet', CONFIG_NAME: 'goerli', SECONDS_PER_SLOT: 12 }
  for (const { fork, version, epoch } of index.fork_schedule.goerli!) {
    config[fork === 'phase0' ? 'GENESIS_FORK_VERSION' : `${fork.toUpperCase()}_FORK_VERSION`] = version
    if (fork !== 'phase0') config[`${fork.toUpperCase()}_FORK_EPOCH`] = epoch
  }
  goerliChain = createChain(config, {
    genesisValidatorsRoot: index.genesis_validators_root.goerli!,
    genesisTime: 1_616_508_000,
  })
  return goerliChain
}

/** The JSON that a recorded object's locator points to, parsed by whatever the file is. */
export function locate(entry: Recorded): unknown {
  const document: unknown = entry.file.endsWith('.yaml')
    ? parse(fixtures.text(entry.file))
    : JSON.parse(fixtures.text(entry.file))
  const steps = (entry.at ?? '$').matchAll(/\.(\w+)|\[(\d+)\]/g)
  let value = document
  for (const [, key, position] of steps) {
    if (typeof value === 'string') break
    value = (value as Record<string, unknown>)[key ?? position!]
  }
  return value
}

/** Which of several in the same file: the locator's last index. */
export function positionOf(entry: Recorded): number {
  return Number(entry.at?.match(/\[(\d+)\][^[]*$/)?.[1] ?? 0)
}

/** The SSZ bytes of a recorded object with the digest before them, where it has one; undefined for JSON. */
export function rawBytes(entry: Recorded): { ssz: Uint8Array; digest?: Uint8Array } | undefined {
  if (entry.encoding === 'ssz') return { ssz: fixtures.bytes(entry.file) }
  if (entry.encoding === 'digest+ssz') return split(fromHex(locate(entry) as string))
  if (entry.encoding === 'ssz-list(digest+ssz)') {
    const bytes = fromHex(locate(entry) as string)
    const view = new DataView(bytes.buffer)
    const count = view.getUint32(0, true) / 4
    const position = positionOf(entry)
    const end = position + 1 < count ? view.getUint32(4 * (position + 1), true) : bytes.length
    return split(bytes.subarray(view.getUint32(4 * position, true), end))
  }
  return undefined
}

function split(bytes: Uint8Array): { ssz: Uint8Array; digest: Uint8Array } {
  return { digest: bytes.subarray(0, 4), ssz: bytes.subarray(4) }
}

/** Decodes a recorded object by its own encoding. */
export function decodeRecorded(entry: Recorded): LightClientObject {
  const chain = chainOf(entry)
  const kind = kindOf(entry)
  const fork = lightClientForkOf(entry.fork_at_slot)
  if (entry.encoding === 'json') return lightClientObjectFromJson(chain, kind, fork, locate(entry))
  if (entry.encoding === 'len64+digest+ssz') return updateStreamOf(entry.file, chain)[positionOf(entry)]!
  const { ssz, digest } = rawBytes(entry)!
  if (digest === undefined) return decodeLightClientObject(chain, kind, fork, ssz)
  const hex = `0x${Buffer.from(digest).toString('hex')}` as const
  return decodeLightClientObjectOfDigest(chain, kind, hex, ssz)
}

const streams = new Map<string, LightClientObject<'update'>[]>()
function updateStreamOf(file: string, chain: Chain): LightClientObject<'update'>[] {
  const updates = streams.get(file) ?? decodeUpdateStream(chain, fixtures.bytes(file))
  streams.set(file, updates)
  return updates
}
