import { type ForkName, forkNames, type Preset } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { container } from '../basic/container.ts'
import { ExactBitVectorType } from '../basic/exact-vectors.ts'
import { bytes32, bytes96, uint64 } from '../basic/primitives.ts'
import { syncCommitteeSubnetCount } from '../network-messages.ts'
import type { SszType } from '../types.ts'
import { beaconBlockBodyTypes } from './beacon-block-body.ts'
import { attestationTypes, attestationTypesElectra, operations } from './beacon-operations.ts'
import type * as values from './beacon-values.ts'

/** What goes over gossip beside light-client objects, by the names of the topics. */
export interface OperationValues {
  beacon_block: values.SignedBeaconBlock
  sync_committee_contribution_and_proof: values.SignedContributionAndProof
  voluntary_exit: values.SignedVoluntaryExit
  proposer_slashing: values.ProposerSlashing
  attester_slashing: values.AttesterSlashing
  bls_to_execution_change: values.SignedBlsToExecutionChange
}

/** A name of one of them. */
export type OperationName = keyof OperationValues

type Types = { readonly [Name in OperationName]: SszType<OperationValues[Name]> | undefined }
type SupportedFork = keyof ReturnType<typeof beaconBlockBodyTypes>

const typesOfPreset = new Map<Preset['name'], Readonly<Record<SupportedFork, Types>>>()

/**
 * The container of a fork, Altair to Fulu; the same type for the same preset, made when it is first asked for.
 *
 * @throws LamparaError `fork_unknown` where the fork has no such thing, or is not supported
 */
export function operationType<Name extends OperationName>(
  preset: Preset,
  fork: ForkName,
  name: Name,
): SszType<OperationValues[Name]> {
  const types = typesOfPreset.get(preset.name) ?? buildTypes(preset)
  typesOfPreset.set(preset.name, types)
  const type: SszType<OperationValues[Name]> | undefined = Object.hasOwn(types, fork)
    ? types[fork as SupportedFork][name]
    : undefined
  if (type === undefined) throw new LamparaError('fork_unknown', `Cannot read ${name}: unknown in ${fork}`)
  return type
}

function buildTypes(preset: Preset): Readonly<Record<SupportedFork, Types>> {
  const bodies = beaconBlockBodyTypes(preset)
  const slashings = {
    phase0: attestationTypes(preset).attesterSlashings.elementType,
    electra: attestationTypesElectra(preset).attesterSlashings.elementType,
  }
  const contribution = contributionType(preset)
  const since = (fork: ForkName, other: ForkName): boolean => forkNames.indexOf(fork) >= forkNames.indexOf(other)
  const ofFork = (fork: SupportedFork): Types => ({
    beacon_block: signedBlockType(bodies[fork]) as SszType<unknown> as SszType<values.SignedBeaconBlock>,
    sync_committee_contribution_and_proof: contribution,
    voluntary_exit: operations.voluntaryExits.elementType,
    proposer_slashing: operations.proposerSlashings.elementType,
    attester_slashing: since(fork, 'electra') ? slashings.electra : slashings.phase0,
    bls_to_execution_change: since(fork, 'capella') ? operations.blsToExecutionChanges.elementType : undefined,
  })
  return {
    altair: ofFork('altair'),
    bellatrix: ofFork('bellatrix'),
    capella: ofFork('capella'),
    deneb: ofFork('deneb'),
    electra: ofFork('electra'),
    fulu: ofFork('fulu'),
  }
}

/** SignedBeaconBlock with a fork's body. */
export function signedBlockType(body: ReturnType<typeof beaconBlockBodyTypes>[SupportedFork]) {
  const block = container('BeaconBlock', {
    slot: uint64,
    proposerIndex: uint64,
    parentRoot: bytes32,
    stateRoot: bytes32,
    body,
  })
  return container('SignedBeaconBlock', { message: block, signature: bytes96 })
}

function contributionType(preset: Preset) {
  const contribution = container('SyncCommitteeContribution', {
    slot: uint64,
    beaconBlockRoot: bytes32,
    subcommitteeIndex: uint64,
    aggregationBits: new ExactBitVectorType(preset.syncCommitteeSize / syncCommitteeSubnetCount),
    signature: bytes96,
  })
  const message = container('ContributionAndProof', {
    aggregatorIndex: uint64,
    contribution,
    selectionProof: bytes96,
  })
  return container('SignedContributionAndProof', { message, signature: bytes96 })
}
