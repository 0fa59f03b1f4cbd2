import { aggregatePublicKeys, aggregateSignatures, SecretKey } from '@chainsafe/blst'
import { BitArray } from '@chainsafe/ssz'
import { type Chain, createChain, minimalPreset } from '../../../src/chain/index.ts'
import { syncCommitteeSigningRoot } from '../../../src/light-client/verification/index.ts'
import {
  headerRoot,
  type LightClientBootstrap,
  type LightClientHeader,
  type LightClientObject,
  type LightClientUpdate,
  lightClientGindices,
  lightClientTypes,
  SyncCommittee,
} from '../../../src/ssz/index.ts'
import { sparseState } from './sparse-state.ts'

export const size = minimalPreset.syncCommitteeSize
export const slotsPerPeriod = minimalPreset.slotsPerEpoch * minimalPreset.epochsPerSyncCommitteePeriod

/** A chain of the minimal preset that stays in Altair, save for the forks given. */
export function altairChain(forks: Readonly<Record<string, number>> = {}): Chain {
  const config: Record<string, unknown> = {
    PRESET_BASE: 'minimal',
    SECONDS_PER_SLOT: 6,
    GENESIS_FORK_VERSION: '0x00000001',
    ALTAIR_FORK_VERSION: '0x01000001',
    ALTAIR_FORK_EPOCH: 0,
    MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
  }
  for (const [index, [name, epoch]] of Object.entries(forks).entries()) {
    config[`${name.toUpperCase()}_FORK_VERSION`] = `0x0${index + 2}000001`
    config[`${name.toUpperCase()}_FORK_EPOCH`] = epoch
  }
  return createChain(config, { genesisValidatorsRoot: `0x${'42'.repeat(32)}`, genesisTime: 0 })
}

/** A sync committee with its secret keys. */
export interface Members {
  readonly committee: SyncCommittee
  readonly secrets: readonly SecretKey[]
}

/** A secret key, the same for the same seed. */
export function secretKey(seed: number): SecretKey {
  return SecretKey.fromKeygen(new Uint8Array(32).fill(seed))
}

/** An honest committee. Positions that share a seed share a validator. */
export function membersOf(seeds: readonly number[]): Members {
  const secrets = seeds.map(secretKey)
  const keys = secrets.map((secret) => secret.toPublicKey())
  return {
    secrets,
    committee: { pubkeys: keys.map((key) => key.toBytes()), aggregatePubkey: aggregatePublicKeys(keys).toBytes() },
  }
}

/** A full committee of validators from a seed on. */
export function members(firstSeed: number): Members {
  return membersOf(Array.from({ length: size }, (_, position) => firstSeed + position))
}

const gindices = lightClientGindices('altair')
const filler = new Uint8Array(32).fill(9)
const committeeType = SyncCommittee(minimalPreset)
const types = lightClientTypes(minimalPreset).altair

export function headerAt(slot: number, stateRoot: Uint8Array = new Uint8Array(32)): LightClientHeader {
  const zero = new Uint8Array(32)
  return { beacon: { slot, proposerIndex: 1, parentRoot: zero, stateRoot, bodyRoot: zero } }
}

/** A bootstrap whose state holds the committee. */
export function bootstrapAt(slot: number, current: SyncCommittee): LightClientObject<'bootstrap'> {
  const state = sparseState(new Map([[gindices.currentSyncCommittee, committeeType.hashTreeRoot(current)]]))
  const value: LightClientBootstrap = {
    header: headerAt(slot, state.root),
    currentSyncCommittee: current,
    currentSyncCommitteeBranch: state.branch(gindices.currentSyncCommittee),
  }
  return { kind: 'bootstrap', fork: 'altair', value }
}

/** What an update is to hold. */
export interface UpdatePlan {
  readonly attested: number
  /** @default the slot after the attested one */
  readonly signature?: number
  readonly next?: SyncCommittee
  /** The slot of the header that the attested state finalizes; 0 for the genesis checkpoint. */
  readonly finalized?: number
  /** Who signs: a secret key for each set bit. @default the whole committee */
  readonly signers?: (position: number) => boolean
}

/** An update that is right in every way, signed by the committee. */
export function updateBy(chain: Chain, { secrets }: Members, plan: UpdatePlan): LightClientObject<'update'> {
  const { attested, signature = attested + 1, next, finalized, signers = () => true } = plan
  const positions = [...secrets.keys()].filter(signers)
  return updateSigned(chain, { attested, signature, next, finalized }, positions, (root) =>
    aggregateSignatures(positions.map((position) => secrets[position]!.sign(root))).toBytes(),
  )
}

/** An update with bits and a signature of one's own choice. */
export function updateSigned(
  chain: Chain,
  plan: { attested: number; signature: number; next?: SyncCommittee | undefined; finalized?: number | undefined },
  positions: readonly number[],
  sign: (signingRoot: Uint8Array) => Uint8Array,
): LightClientObject<'update'> {
  const { attested, signature, next, finalized } = plan
  const finalizedHeader = finalized === undefined || finalized === 0 ? types.header.defaultValue() : headerAt(finalized)
  // Siblings, since a branch of zeros would say that nothing is proven.
  const leaves = new Map<number, Uint8Array>(
    [gindices.currentSyncCommittee, gindices.finalizedRoot ^ 1].map((at) => [at, filler]),
  )
  if (next !== undefined) leaves.set(gindices.nextSyncCommittee, committeeType.hashTreeRoot(next))
  if (finalized !== undefined) {
    leaves.set(gindices.finalizedRoot, finalized === 0 ? new Uint8Array(32) : headerRoot(finalizedHeader.beacon))
  }
  const state = sparseState(leaves)
  const attestedHeader = headerAt(attested, state.root)
  const empty = types.update.defaultValue()
  const value: LightClientUpdate = {
    ...empty,
    attestedHeader,
    finalizedHeader,
    ...(next === undefined
      ? {}
      : { nextSyncCommittee: next, nextSyncCommitteeBranch: state.branch(gindices.nextSyncCommittee) }),
    ...(finalized === undefined ? {} : { finalityBranch: state.branch(gindices.finalizedRoot) }),
    syncAggregate: {
      syncCommitteeBits: BitArray.fromBoolArray(Array.from({ length: size }, (_, at) => positions.includes(at))),
      syncCommitteeSignature: sign(syncCommitteeSigningRoot(chain, attestedHeader.beacon, signature)),
    },
    signatureSlot: signature,
  }
  return { kind: 'update', fork: 'altair', value }
}
