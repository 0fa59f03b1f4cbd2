import type { Preset } from '../../chain/index.ts'

/** The list limits of BeaconState and BeaconBlockBody that a light client never needs. */
export interface BeaconLimits {
  readonly maxCommitteesPerSlot: number
  readonly epochsPerEth1VotingPeriod: number
  readonly maxWithdrawalsPerPayload: number
  readonly pendingPartialWithdrawals: number
  readonly pendingConsolidations: number
}

const limitsOf: Readonly<Record<Preset['name'], BeaconLimits>> = {
  mainnet: {
    maxCommitteesPerSlot: 64,
    epochsPerEth1VotingPeriod: 64,
    maxWithdrawalsPerPayload: 16,
    pendingPartialWithdrawals: 134_217_728,
    pendingConsolidations: 262_144,
  },
  minimal: {
    maxCommitteesPerSlot: 4,
    epochsPerEth1VotingPeriod: 4,
    maxWithdrawalsPerPayload: 4,
    pendingPartialWithdrawals: 64,
    pendingConsolidations: 64,
  },
}

/** The limits of a preset (consensus-specs `presets/<name>`). */
export function beaconLimits(preset: Preset): BeaconLimits {
  return limitsOf[preset.name]
}

/** Limits that both presets share. */
export const sharedLimits = {
  historicalRoots: 16_777_216,
  validators: 1_099_511_627_776,
  proposerSlashings: 16,
  attesterSlashings: 2,
  attesterSlashingsElectra: 1,
  attestations: 128,
  attestationsElectra: 8,
  deposits: 16,
  voluntaryExits: 16,
  bytesPerTransaction: 1_073_741_824,
  transactionsPerPayload: 1_048_576,
  blsToExecutionChanges: 16,
  blobCommitmentsPerBlock: 4096,
  depositRequestsPerPayload: 8192,
  withdrawalRequestsPerPayload: 16,
  consolidationRequestsPerPayload: 2,
  pendingDeposits: 134_217_728,
  /** DEPOSIT_CONTRACT_TREE_DEPTH + 1. */
  depositProofDepth: 33,
  justificationBits: 4,
  /** MIN_SEED_LOOKAHEAD + 1 epochs of proposers (fulu/beacon-chain.md). */
  proposerLookaheadEpochs: 2,
} as const
