import { type BeaconContainer, fieldView } from '../beacon-types.ts'
import type { Committee, DevnetValidator } from './committees.ts'
import type { StateView } from './state-view.ts'

/** What every validator has staked: MAX_EFFECTIVE_BALANCE, in Gwei. */
const STAKE_GWEI = 32_000_000_000

/** All flags of timely source, target and head: the devnet's validators attest. */
const FULL_PARTICIPATION = 0b111

/** The genesis validators root: that of the registry, in which all are active from genesis and none ever leaves. */
export function genesisValidatorsRoot(type: BeaconContainer, validators: readonly DevnetValidator[]): Uint8Array {
  return type.fields.validators!.hashTreeRoot(registryOf(validators))
}

/** Everything that the genesis state depends on. */
export interface GenesisOptions {
  /** BeaconState of epoch 0's fork. */
  readonly type: BeaconContainer
  /** Unix seconds. */
  readonly genesisTime: number
  readonly genesisValidatorsRoot: Uint8Array
  readonly forkVersion: Uint8Array
  readonly latestBlockHeader: unknown
  readonly validators: readonly DevnetValidator[]
  readonly currentCommittee: Committee
  readonly nextCommittee: Committee
}

/** The genesis state, in the fork that epoch 0 has (initialize_beacon_state_from_eth1, with that fork's changes). */
export function createGenesisState(options: GenesisOptions): StateView {
  const { type, validators } = options
  const state = type.defaultViewDU() as unknown as Record<string, unknown>
  const perValidator = (value: number): number[] => validators.map(() => value)
  const values: Record<string, unknown> = {
    genesisTime: options.genesisTime,
    genesisValidatorsRoot: options.genesisValidatorsRoot,
    fork: { previousVersion: options.forkVersion, currentVersion: options.forkVersion, epoch: 0 },
    latestBlockHeader: options.latestBlockHeader,
    validators: registryOf(validators),
    balances: perValidator(STAKE_GWEI),
    previousEpochParticipation: perValidator(FULL_PARTICIPATION),
    currentEpochParticipation: perValidator(FULL_PARTICIPATION),
    inactivityScores: perValidator(0),
    currentSyncCommittee: options.currentCommittee.value,
    nextSyncCommittee: options.nextCommittee.value,
  }
  for (const [field, value] of Object.entries(values)) state[field] = fieldView(type, field, value)
  return state as unknown as StateView
}

function registryOf(validators: readonly DevnetValidator[]): unknown[] {
  return validators.map(({ publicKey, index }) => ({
    pubkey: publicKey,
    withdrawalCredentials: withdrawalCredentials(index),
    effectiveBalance: STAKE_GWEI,
    slashed: false,
    activationEligibilityEpoch: 0,
    activationEpoch: 0,
    exitEpoch: Infinity,
    withdrawableEpoch: Infinity,
  }))
}

/** Execution-address credentials (0x01), with an address that tells the validator. */
function withdrawalCredentials(index: number): Uint8Array {
  const credentials = new Uint8Array(32)
  credentials[0] = 0x01
  new DataView(credentials.buffer).setUint32(28, index)
  return credentials
}
